"""What the talk lets us expect: phrases and questions that open slots, and which are open."""
