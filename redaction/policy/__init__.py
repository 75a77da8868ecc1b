"""What is taken out for whom, and how it is shown; Presidio's registry and operators."""
