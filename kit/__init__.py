"""Small tools that know no word of our trade."""
