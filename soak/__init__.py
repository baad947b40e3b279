"""Programs that look for faults as long as they are let; not part of the package."""
