using System.Globalization;
using System.Text;
using DurableMl.Inference.Tensors;
using FsCheck;
using FsCheck.Fluent;

namespace Inference.Tests.Tensors;

[TestClass]
public sealed class FloatTextTests
{
    [TestMethod]
    public void Decimal_numbers_are_read_to_the_same_bits_as_by_the_general_parser() =>
        Prop.ForAll(
            (from digits in Gen.Choose(0, int.MaxValue) from more in Gen.Choose(0, 999_999) from places in Gen.Choose(0, 22) from sign in Gen.Elements("", "-") select (digits, more, places, sign)).ToArbitrary(),
            sample =>
            {
                string whole = $"{(long)sample.digits * 1_000_000 / Math.Max(1, sample.more)}".PadLeft(sample.places + 1, '0');
                return Agrees(sample.sign + (sample.places == 0 ? whole : whole[..^sample.places] + "." + whole[^sample.places..]));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [TestMethod]
    public void Any_float_or_double_as_programs_print_it_is_read_to_the_same_bits_as_by_the_general_parser() =>
        Prop.ForAll(
            (from high in Gen.Choose(int.MinValue, int.MaxValue) from low in Gen.Choose(int.MinValue, int.MaxValue) select ((long)high << 32) | (uint)low).ToArbitrary(),
            bits =>
            {
                float single = BitConverter.Int32BitsToSingle((int)bits);
                double middle = single + (BitConverter.Int32BitsToSingle((int)bits + 1) - (double)single) / 2;
                double[] values = [single, BitConverter.Int64BitsToDouble(bits), middle, double.BitIncrement(middle), double.BitDecrement(middle)];
                return values.Where(double.IsFinite).All(value => Agrees(value.ToString("R", CultureInfo.InvariantCulture)))
                    && (!float.IsFinite(single) || Agrees(single.ToString("R", CultureInfo.InvariantCulture)));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [TestMethod]
    [DataRow("0", 0f)]
    [DataRow("-0", -0f)]
    [DataRow("0.1", 0.1f)]
    [DataRow("1e3", 1000f)]
    [DataRow("1.5E-05", 1.5e-5f)]
    [DataRow("0.0001234567890123456789", 1.2345679e-4f)]
    [DataRow("0.78431373834609985", 0.78431374f)]
    [DataRow("1234567890123456", 1.2345679e15f)]
    public void What_programs_usually_write_is_read_the_quick_way(string text, float expected)
    {
        Assert.IsTrue(FloatText.TryParse(Encoding.ASCII.GetBytes(text), out float value));
        Assert.AreEqual(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(value), $"{value}");
    }

    [TestMethod]
    [DataRow("16777217")]
    [DataRow("1e39")]
    [DataRow("1e-40")]
    [DataRow("12345678901234567890")]
    [DataRow("1e00001")]
    [DataRow("-")]
    [DataRow("01")]
    [DataRow("1.")]
    [DataRow(".1")]
    [DataRow("1e")]
    [DataRow("")]
    public void What_it_cannot_be_sure_of_is_left_to_the_general_parser(string text) =>
        Assert.IsFalse(FloatText.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [TestMethod]
    public void A_number_is_read_up_to_where_it_ends()
    {
        int at = 1;
        Assert.IsTrue(FloatText.TryRead("[0.25,1]"u8, ref at, out float value));
        Assert.AreEqual((0.25f, 5), (value, at));
    }

    private static bool Agrees(string text) =>
        !FloatText.TryParse(Encoding.ASCII.GetBytes(text), out float value)
            || BitConverter.SingleToInt32Bits(value) == BitConverter.SingleToInt32Bits(float.Parse(text, CultureInfo.InvariantCulture));
}
