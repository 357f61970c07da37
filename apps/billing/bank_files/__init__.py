"""Files of banks and card companies: read as a person says, without the database."""
