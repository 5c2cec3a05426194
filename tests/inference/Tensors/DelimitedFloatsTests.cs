using System.Globalization;
using System.Text;
using DurableMl.Inference.Tensors;
using FsCheck;
using FsCheck.Fluent;

namespace Inference.Tests.Tensors;

[TestClass]
public sealed class DelimitedFloatsTests
{
    // As much text as a vector may reach beyond a number.
    private static readonly string Rest = new(']', 100);

    [TestInitialize]
    public void NeedsVectors()
    {
        if (!DelimitedFloats.IsSupported)
        {
            Assert.Inconclusive("This processor has no AVX2; there the numbers are read one by one.");
        }
    }

    [TestMethod]
    public void Numbers_are_read_to_the_same_bits_as_by_the_general_parser_or_left_to_it() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            string[] numbers = [.. Enumerable.Range(0, 200).Select(_ => Number(random))];
            byte[] text = Encoding.ASCII.GetBytes("[" + string.Concat(numbers.Select(number => (random.Next(2) == 0 ? " " : "") + number + ",")) + Rest);
            var values = new float[numbers.Length];
            int at = 1;
            for (int n = 0; n < numbers.Length; n++)
            {
                int read = DelimitedFloats.Read(text, ref at, values.AsSpan(n));
                for (int end = n + read; n < end; n++)
                {
                    if (BitConverter.SingleToInt32Bits(values[n]) != BitConverter.SingleToInt32Bits(float.Parse(numbers[n], CultureInfo.InvariantCulture)))
                    {
                        return false;
                    }
                }

                // One that is left must be next to the middle of two floats.
                if (n < numbers.Length && !IsNearMiddle(numbers[n]))
                {
                    return false;
                }

                at = Array.IndexOf(text, (byte)',', at) + 1;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [TestMethod]
    [DataRow("0", 0f)]
    [DataRow("-0", -0f)]
    [DataRow("0.0", 0f)]
    [DataRow("-0.5", -0.5f)]
    [DataRow(" 7", 7f)]
    [DataRow(" -7.25", -7.25f)]
    [DataRow("9007199254740993", 9007199254740993f)]
    [DataRow("-123456789.012345", -123456789.012345f)]
    [DataRow("0.00000000000001", 1e-14f)]
    public void A_plain_number_is_read(string text, float expected)
    {
        var values = new float[1];
        int at = 0;
        Assert.AreEqual(1, DelimitedFloats.Read(Encoding.ASCII.GetBytes(text + "," + Rest), ref at, values));
        Assert.AreEqual(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(values[0]));
        Assert.AreEqual(text.Length + 1, at);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("-")]
    [DataRow(" ")]
    [DataRow(".")]
    [DataRow("1.")]
    [DataRow(".5")]
    [DataRow("-.5")]
    [DataRow("00")]
    [DataRow("01.5")]
    [DataRow("--1")]
    [DataRow("1-")]
    [DataRow("1 ")]
    [DataRow("  1")]
    [DataRow("- 1")]
    [DataRow("+1")]
    [DataRow("1.2.3")]
    [DataRow("1e5")]
    [DataRow("1]")]
    [DataRow("[1")]
    [DataRow("null")]
    [DataRow("\"1\"")]
    [DataRow("0.123456789012345")]
    [DataRow("12345678901234567")]
    [DataRow("16777217")]
    [DataRow("1:2")]
    [DataRow("1/2")]
    [DataRow("1\u00b2")]
    public void Anything_else_is_left_where_it_stands(string text)
    {
        var values = new float[3];
        int at = 0;
        Assert.AreEqual(2, DelimitedFloats.Read([.. "0.5,1,"u8, .. Encoding.Latin1.GetBytes(text + ",2,3," + Rest)], ref at, values));
        Assert.AreEqual(6, at);
    }

    [TestMethod]
    public void No_byte_beyond_the_text_is_looked_at()
    {
        // Too little text for a vector: nothing is read, however well it goes on behind the span.
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("0.25,", 100)));
        for (int length = 0; length <= text.Length; length++)
        {
            int at = 0;
            int read = DelimitedFloats.Read(text.AsSpan(0, length), ref at, new float[100]);
            Assert.AreEqual(read * 5, at);
            Assert.IsTrue(at <= Math.Max(0, length));
            Assert.IsTrue(length < 82 ? read == 0 : read >= 12, $"{read} of {length} bytes");
        }
    }

    [TestMethod]
    public void It_stops_when_there_is_no_place_for_more()
    {
        int at = 0;
        Assert.AreEqual(2, DelimitedFloats.Read(Encoding.ASCII.GetBytes("1,2,3,4," + Rest), ref at, new float[2]));
        Assert.AreEqual(4, at);
    }

    private static bool IsNearMiddle(string number)
    {
        double value = double.Parse(number, CultureInfo.InvariantCulture);
        float single = (float)value;
        double other = value > single ? MathF.BitIncrement(single) : MathF.BitDecrement(single);
        return Math.Abs((((double)single + other) / 2) - value) <= Math.Abs(value) * 1e-14;
    }

    private static string Number(Random random)
    {
        string sign = random.Next(3) == 0 ? "-" : "";
        int digits = random.Next(1, 16);
        int places = random.Next(0, digits + 1);
        string text = random.NextInt64((long)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        text = places == 0 ? text : text[..^places] + "." + text[^places..];
        return sign + (text.Length > 16 ? text[..16] : text);
    }
}
