//! Who may do what in Azure: the rows of the facts.

mod estate;
mod rows;
mod ways;
