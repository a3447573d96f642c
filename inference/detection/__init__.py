"""From a picture to its marks: where writing is, which mark it belongs to, and what kind of mark that is."""
