#!/usr/bin/env python3
"""Makes the small mmdb files beside this script (documentation ranges only).

    make_fixtures.py        writes them
    make_fixtures.py check  fails when they are not what it would write
"""
import ipaddress
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
import mmdb  # noqa: E402

EPOCH = 1700000000  # 2023-11-14


def made(kind, records):
    writer = mmdb.Writer()
    rows = []
    for block, record in records.items():
        net = ipaddress.ip_network(block)
        first = int(net.network_address)
        rows.append((first, first + net.num_addresses - 1, record))
    for row in sorted(rows, key=lambda row: row[0]):
        writer.add(*row)
    return writer.finish(kind, EPOCH)


FIXTURES = {
    "city.mmdb": made("Test-City", {
        "192.0.2.0/25": {
            "country": {"iso_code": "NO", "names": {"en": "Norway"}},
            "city": {"names": {"en": "Oslo", "nb": "Oslo"}},
            "location": {"latitude": 59.9, "longitude": 10.7}},
        "192.0.2.128/25": {"country": {"iso_code": "JP"}},
        "198.51.100.0/24": {"registered_country": {"iso_code": "se"}},
        "203.0.113.0/24": {"country": {"iso_code": "ZZ"}},
        "2001:db8::/33": {"country": {"iso_code": "DE"}}}),
    "country.mmdb": made("country ipvAll", {
        "192.0.2.0/24": {"country_code": "NO"},
        "198.51.100.0/24": {"country_code": "XX"},
        "2001:db8::/32": {"country_code": "JP"}}),
    "asn.mmdb": made("Test-ASN", {
        "192.0.2.0/24": {"autonomous_system_number": 64496,
                         "autonomous_system_organization": "Eksempel ÅS"},
        "198.51.100.0/24": {"autonomous_system_number": 0,
                            "autonomous_system_organization": "nobody"},
        "2001:db8::/32": {"autonomous_system_number": 4200000000}}),
    "both.mmdb": made("Test-Lite", {
        "192.0.2.0/24": {"asn": "AS64497", "as_name": "Both AS",
                         "country": "Norway", "country_code": "NO",
                         "city": "Bergen", "lat": "60.39", "lng": "-5.3"},
        "198.51.100.0/24": {"asn": "AS99999999999", "country": "JP"},
        "203.0.113.0/24": {"asn": ["odd"], "country_code": 7,
                           "location": {"latitude": 91.0,
                                        "longitude": 0.0}}}),
    "other.mmdb": made("Test-Anonymous-IP", {
        "192.0.2.0/24": {"is_anonymous": 1}}),
    "empty.mmdb": made("Test-Empty", {}),
}


def main():
    check = sys.argv[1:] == ["check"]
    for name, content in FIXTURES.items():
        path = HERE / name
        if not check:
            path.write_bytes(content)
        elif path.read_bytes() != content:
            print(f"{name} is not what make_fixtures.py makes")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
