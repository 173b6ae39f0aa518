//! The manager's lists and exports: reads only.
