"""Words and figures of the portal's templates."""
