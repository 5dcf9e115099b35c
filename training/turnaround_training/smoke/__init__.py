"""All stages in minutes on cars, light and photos of its own making: shows that everything runs, not that it learns."""
