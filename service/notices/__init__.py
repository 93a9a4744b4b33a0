"""What the user must hear of, once per matter, and the ways to tell them."""
