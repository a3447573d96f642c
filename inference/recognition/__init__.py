"""What each mark is: normalised, classified, refused, joined, explained."""
