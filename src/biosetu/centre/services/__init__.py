"""Services delivered: courses, workshops, exchanges, webinars and clinics, and what came of them."""
