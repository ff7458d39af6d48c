"""The demo: real pictures that scikit-learn and scikit-image ship, and the projects made of them."""
