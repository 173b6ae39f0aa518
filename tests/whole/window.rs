//! Stories in the real window, driven through WebDriver under a screen of their own.
