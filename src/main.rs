//! The roof: hands over to `bantin::cli`.

fn main() {}
