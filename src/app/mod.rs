//! The use cases, one file each: plain arguments in, data out; the transaction is inside.
