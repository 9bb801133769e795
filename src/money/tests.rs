//! Every form of an amount, in several currencies.

use super::*;

fn read(code: &str, text: &str) -> Result<i64, String> {
    let currency = Currency::of(code).expect("known");
    currency.read(text, None).map(|amount| amount.0).map_err(|fault| fault.message().to_owned())
}

#[test]
fn amounts_are_read_as_people_write_them() {
    for (code, minor, texts) in [
        ("USD", 61_240, "612.40|612,40|$612.40|612.40$|US$ 612.40|USD 612.4|$612.40 USD|+612.40|'612.40|612,40 $US"),
        ("USD", 114_900, "$1,149.00 |1.149,00 $|1 149,00|1'149.00|1’149.00|1149|1149.00|1,149.|1,149.-"),
        ("USD", -3_362, "($33.62)|-33.62|33.62-|−33.62|- $33.62|$-33.62|-$33.62|$(33.62)|–33.62|33,62 -|$ -33.62"),
        ("USD", 123_456_789, "1.234.567,89|1,234,567.89|1 234 567.89|1234567,89|1'234'567.89"),
        ("USD", 50, ".50|$.50|0.50|0,500|0.500"),
        ("USD", 5_997, "59.970000000000006|59,97"),
        (
            "EUR",
            1_200,
            "12,-|12.-|12,—|12,--|12.–|€ 12,-|12,- €|12,-€|12:-|EUR 12,00|12 Euro|12.|12,|12,=|１２|１２，００|١٢|١٢٫٠٠|12 €",
        ),
        (
            "EUR",
            123_400,
            "1.234,-|1.234.–|1’234.–|1 234,—|€ 1.234,--|١٬٢٣٤٫٠٠|1.234,00|1\u{202f}234,00 €|1\u{2009}234,00",
        ),
        ("EUR", -123_450, "-1.234,50|1.234,50-|(1.234,50 €)|€ -1.234,50|-€ 1.234,50"),
        ("CHF", 123_450, "1’234.50|1'234.50|CHF 1'234.50|Fr. 1’234.50|Fr.1234.50|SFr. 1 234.50|1´234.50 Franken"),
        ("CHF", 1_200, "CHF 12.-|Fr. 12.–|12.— Fr.|Fr.12.-"),
        ("SEK", 1_200, "kr 12,-|12:-|12 kr|12,00 kr.|kr. 12|12:- kr|SEK 12"),
        ("INR", 12_345_678, "1,23,456.78|₹ 1,23,456.78|Rs. 1,23,456.78|Rs.123456.78|INR 123,456.78|१२३४५६.७८"),
        ("INR", 1_234_567_800, "1,23,45,678|₹1,23,45,678.00|12,345,678|Rs. 1,23,45,678/-|1,23,45,678/="),
        ("KWD", 12_500, "12.500|12.5|KD 12.500|12,5|١٢٫٥٠٠|12,50"),
        ("KWD", 1_234_567, "1,234.567|1.234,567|1 234.567|د.ك 1,234.567"),
        ("TND", 12_500, "12,500|12.500|12,500 DT|12,5"),
        ("ISK", 1_250, "1.250|1,250|1250|1.250 kr.|kr 1.250,-|1 250|1250.00"),
        ("JPY", 1_234_567, "1,234,567|¥1,234,567|１，２３４，５６７円|1234567"),
        ("AUD", 500, "A$5|AU$ 5|AUD 5|$5|5 dollars"),
    ] {
        for text in texts.split('|') {
            assert_eq!(read(code, text), Ok(minor), "{code} {text}");
        }
    }
}

#[test]
fn what_has_two_readings_is_asked_with_both() {
    for (code, text, message) in [
        ("EUR", "1.250", "`1.250` may be €1.25 or €1,250.00"),
        ("EUR", "€ 1,250", "`€ 1,250` may be €1.25 or €1,250.00"),
        ("USD", "1,234", "`1,234` may be $1.234 or $1,234.00"),
        ("USD", "(1.149)", "`(1.149)` may be -$1.149 or -$1,149.00"),
        ("KWD", "1,250", "`1,250` may be KD 1.250 or KD 1,250.000"),
        ("OMR", "12,500", "`12,500` may be OR 12.500 or OR 12,500.000"),
        ("INR", "12,345", "`12,345` may be ₹12.345 or ₹12,345.00"),
        ("JPY", "¥1,500-", "`¥1,500-` may be ¥1,500 or -¥1,500"),
        ("EUR", "€ 12-", "`€ 12-` may be €12.00 or -€12.00"),
        ("CHF", "1'234 - Fr.", "`1'234 - Fr.` may be CHF 1,234.00 or -CHF 1,234.00"),
        ("INR", "1,23,456-", "`1,23,456-` may be ₹123,456.00 or -₹123,456.00"),
    ] {
        assert_eq!(read(code, text), Err(message.to_owned()), "{code} {text}");
    }
    let asked = |code, text| Currency::of(code).expect("known").read(text, None).expect_err(text);
    assert_eq!(asked("EUR", "1.250").what_next(), Some("write 1.25 or 1250"));
    assert_eq!(asked("KWD", "1,250").what_next(), Some("write 1.250 or 1250"));
    assert_eq!(asked("JPY", "¥500-").what_next(), Some("write 500 or -500"));
    assert_eq!(asked("USD", "1,234").what_next(), Some("write 1234, or 2 digits after the decimal point"));
}

#[test]
fn a_settled_column_settles_them() {
    use DecimalSeparator::{Comma, Point};
    for (code, text, separator, minor) in [
        ("EUR", "1.250", Comma, 125_000),
        ("EUR", "1.250", Point, 125),
        ("EUR", "1,250", Comma, 125),
        ("KWD", "1,250", Point, 1_250_000),
        ("KWD", "12.500", Comma, 12_500_000),
        ("EUR", "12.50", Comma, 1_250),
        ("ISK", "1.250", Point, 1_250),
        ("JPY", "1,250", Comma, 1_250),
        ("JPY", "500.000", Point, 500),
    ] {
        let currency = Currency::of(code).expect("known");
        assert_eq!(currency.read(text, Some(separator)).expect(text), Money(minor), "{code} {text}");
    }
}

#[test]
fn what_is_no_amount_is_none() {
    for (code, texts) in [
        (
            "USD",
            "|abc|12..5|1,23,456|$|1.2.3|1,2,3|1,23,4|5 apples|12-13-14|NaN|1e5|1e3|0x10|12 50|1 2345|4 12|12,345.6.7",
        ),
        (
            "USD",
            "--5|-(5)|(5|5)|12_000|12$50|12:50|12.50 CR|5%|1.234 567|1 234 56|,|-|12, -|1.234.5|1·234|12–|5 5|12.50.|½|1,,234",
        ),
        ("USD", "0.001|12.345,678|1234.567"),
        ("EUR", "12€50|1.234,5,|12'34|01.234.567|1.234,567"),
        ("JPY", "12.50|1,2"),
    ] {
        for text in texts.split('|') {
            assert!(read(code, text).is_err(), "{code} {text}: {:?}", read(code, text));
        }
    }
    for (code, text, message) in [
        ("USD", "€5", "`€5` is in EUR, not in USD"),
        ("USD", "A$5", "`A$5` is in AUD, not in USD"),
        ("USD", "5 EUR", "`5 EUR` is in EUR, not in USD"),
        ("EUR", "$ 5", "`$ 5` is not in EUR"),
        ("GBP", "5 zł", "`5 zł` is in PLN, not in GBP"),
        ("USD", "9999999999999999.99", "`9999999999999999.99` is too large an amount"),
        ("USD", "-10000000000.01", "`-10000000000.01` is too large an amount"),
        ("JPY", "99999999999999999999999", "`99999999999999999999999` is too large an amount"),
    ] {
        assert_eq!(read(code, text), Err(message.to_owned()), "{code} {text}");
    }
    assert_eq!(read("USD", "10000000000.00"), Ok(Money::MOST.0));
}

#[test]
fn a_unit_price_below_a_cent_is_rounded_once_a_line() {
    let usd = Currency::of("USD").expect("known");
    let line = usd.quantity("12", None).expect("12").times(usd.price("0.0125", None).expect("price"));
    assert_eq!(line.rounded(usd), Money(15));
    assert_eq!(usd.price("-0.005", None).expect("n").rounded(usd), Money(-1));
    for (text, milli) in [("1.5", Some(1500)), ("0,250", Some(250)), ("1.250", None), ("2000000000", None)] {
        assert_eq!(usd.quantity(text, None).ok().map(Decimal::thousandths), milli, "{text}");
    }
}

#[test]
fn amounts_are_written_for_people_and_for_files() {
    let usd = Currency::of("USD").expect("known");
    assert_eq!(usd.show(Money(-114_900)), "-$1,149.00");
    assert_eq!(usd.plain(Money(114_905)), "1149.05");
    assert_eq!(usd.show_whole(Money(20_999_950)), "$210,000");
    assert_eq!(Currency::of("JPY").expect("known").show(Money(1200)), "¥1,200");
    assert_eq!(Currency::of("CHF").expect("known").show(Money(1200)), "CHF 12.00");
    assert_eq!(Money(100).divided_by(3), Some(Money(33)));
    assert_eq!(Money(100).divided_by(0), None);
}

#[test]
fn shares_are_read_as_percentages() {
    for (text, of_a_thousand) in [("10%", 100), ("12.5 %", 125), ("12,5%", 125), ("0.1%", 1), ("100%", 1000)] {
        assert_eq!(text.parse::<Share>().expect(text).of_rounded_up(1000), of_a_thousand, "{text}");
    }
    for text in ["10", "101%", "-1%", "$5%", "ten%", "12,500%"] {
        assert!(text.parse::<Share>().is_err(), "{text}");
    }
}
