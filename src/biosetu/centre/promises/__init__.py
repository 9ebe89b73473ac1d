"""What a Party promised, in the centre: brought in, confirmed, carried out, measured."""
