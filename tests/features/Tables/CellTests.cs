using System.Globalization;
using DurableMl.Features.Tables;
using FsCheck;
using FsCheck.Fluent;

namespace Features.Tests.Tables;

[TestClass]
public class CellTests
{
    [TestMethod]
    public void A_number_is_what_the_framework_reads_to_the_last_bit()
    {
        Gen<string> written = ArbMap.Default.GeneratorFor<double>().SelectMany(
            number => Gen.Elements("R", "E3", "F9", "G4", "E16", "N2").Select(format => number.ToString(format, CultureInfo.InvariantCulture)));
        Gen<string> alike = Gen.ArrayOf(Gen.Elements("0123456789+-.eE, _xN".ToCharArray())).Select(letters => new string(letters));

        Prop.ForAll(Gen.OneOf(written, alike).ToArbitrary(), AsTheFramework).QuickCheckThrowOnFailure();
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("1.")]
    [DataRow(".5")]
    [DataRow("+7")]
    [DataRow("-0")]
    [DataRow("1e400")]
    [DataRow("1e")]
    [DataRow("0x10")]
    [DataRow("1,5")]
    [DataRow("Infinity")]
    [DataRow("-nan")]
    [DataRow("٣")]
    [DataRow("2.2250738585072011e-308")]
    [DataRow("9007199254740993.0000000000000000000000000000000000000000000001")]
    [DataRow("123456789012345678901234567890123456789012345678901234567890")]
    public void What_is_nearly_a_number_is_judged_as_by_the_framework(string text) => Assert.IsTrue(AsTheFramework(text));

    [TestMethod]
    [DataRow("2026-01-31", true)]
    [DataRow("2026/01/31 18:20", true)]
    [DataRow("2026-01-31T18:20:00+02:00", true)]
    [DataRow("2026/01-31", false)]
    [DataRow("31/01/2026", false)]
    [DataRow("01/02/2026", false)]
    public void A_time_has_its_year_first(string text, bool isTime) => Assert.AreEqual(isTime, Cell.Of(text).TryTime(out _));

    private static bool AsTheFramework(string text)
    {
        bool expected = double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number);
        bool isNumber = Cell.Of(text).TryNumber(out double read);
        return isNumber == expected && (!expected || BitConverter.DoubleToInt64Bits(read) == BitConverter.DoubleToInt64Bits(number));
    }
}
