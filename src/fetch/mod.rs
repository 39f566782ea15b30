//! One HTTP request, safely: limits, addresses, hosts, redirects, decoding.
