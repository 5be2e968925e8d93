"""Methods side by side on many instances, within equal budgets."""
