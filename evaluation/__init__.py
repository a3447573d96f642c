"""The project's own evaluation: `python -m evaluation` reads every data set and says how well."""
