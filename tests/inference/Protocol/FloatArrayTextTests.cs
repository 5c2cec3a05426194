using System.Globalization;
using System.Text;
using System.Text.Json;
using DurableMl.Inference.Protocol;
using FsCheck;
using FsCheck.Fluent;

namespace Inference.Tests.Protocol;

[TestClass]
public sealed class FloatArrayTextTests
{
    private static readonly string[] Spaces = ["", "", " ", "\n  ", "\r\n", "\t"];

    [TestMethod]
    public void An_array_flat_or_nested_is_read_to_the_same_bits_as_by_the_general_parser() =>
        Prop.ForAll(
            (from seed in Gen.Choose(0, int.MaxValue) from rank in Gen.Choose(1, 4) from flat in Gen.Elements(true, false) select (seed, rank, flat)).ToArbitrary(),
            sample =>
            {
                var random = new Random(sample.seed);
                long[] shape = [.. Enumerable.Range(0, sample.rank).Select(_ => (long)random.Next(1, 5 + (20 / sample.rank)))];
                string[] numbers = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => Number(random))];
                byte[] text = Encoding.ASCII.GetBytes(Nest(numbers, sample.flat ? [numbers.Length] : shape, random) + ",\"rest\"");
                var values = new float[numbers.Length];
                int length = FloatArrayText.Read(text, shape, values);
                return length < 0
                    ? numbers.Any(number => number.Length > 19)
                    : text[length - 1] == ']' && text[length] == ','
                        && values.Zip(numbers, (value, number) => Bits(value) == Bits(float.Parse(number, CultureInfo.InvariantCulture))).All(same => same);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [TestMethod]
    [DataRow("[1,2,3]")]
    [DataRow("[1,2,3,4,5]")]
    [DataRow("[1,2,3,4")]
    [DataRow("[1,2,3,4,]")]
    [DataRow("[1,2,3 4]")]
    [DataRow("[1,2,3,04]")]
    [DataRow("[1,2,3,+4]")]
    [DataRow("[1,2,3,.4]")]
    [DataRow("[1,2,3,4.]")]
    [DataRow("[1,2,3,4e]")]
    [DataRow("[1,2,3,4e+]")]
    [DataRow("[1,2,3,4e00001]")]
    [DataRow("[1,2,3,1e39]")]
    [DataRow("[1,2,3,0x4]")]
    [DataRow("[1,2,3,null]")]
    [DataRow("[1,2,3,\"4\"]")]
    [DataRow("[1,2,3,NaN]")]
    [DataRow("[[1,2,3,4]]")]
    [DataRow("[[1,2],[3,4]")]
    [DataRow("[[1,2],3,4]")]
    [DataRow("[[1,2,[3,4]]")]
    [DataRow("[[1],[2],[3],[4]]")]
    [DataRow("[[[1,2],[3,4]]]")]
    [DataRow("[[1,2],[3,4],[]]")]
    [DataRow("{\"a\":1}")]
    [DataRow("1")]
    [DataRow("")]
    public void What_is_not_plainly_the_shape_is_left_to_the_general_reader(string text) =>
        Assert.AreEqual(-1, FloatArrayText.Read(Encoding.ASCII.GetBytes(text), [2, 2], new float[4]));

    [TestMethod]
    public void What_the_general_reader_takes_or_refuses_the_quick_one_never_sees_otherwise() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            // Arrays with one character changed: whatever the quick way accepts must be JSON. Short ones, and some long enough for vectors.
            var random = new Random(seed);
            long[] shape = random.Next(2) == 0 ? [2, 3] : [2, 30];
            string[] numbers = [.. Enumerable.Range(0, (int)(2 * shape[1])).Select(_ => Number(random))];
            char[] text = Nest(numbers, shape, random).ToCharArray();
            text[random.Next(text.Length)] = "[]{},.-+eE0123456789 \"x"[random.Next(23)];
            byte[] changed = Encoding.ASCII.GetBytes(text);
            int length = FloatArrayText.Read(changed, shape, new float[numbers.Length]);
            return length < 0 || IsJson(changed.AsMemory(0, length));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    private static bool IsJson(ReadOnlyMemory<byte> text)
    {
        try
        {
            JsonDocument.Parse(text).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);

    // As programs write them: few digits, those of a float, of a float turned into a double, whole numbers, with an exponent.
    private static string Number(Random random)
    {
        float value = (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(-6, 7));
        return random.Next(6) switch
        {
            0 => MathF.Round(value, 4).ToString("0.####", CultureInfo.InvariantCulture),
            1 => value.ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal),
            2 => ((double)value).ToString("R", CultureInfo.InvariantCulture),
            3 => random.Next(-300, 300).ToString(CultureInfo.InvariantCulture),
            4 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
            _ => ((decimal)value).ToString(CultureInfo.InvariantCulture),
        };
    }

    private static string Nest(ReadOnlySpan<string> numbers, ReadOnlySpan<long> shape, Random random)
    {
        if (shape.IsEmpty)
        {
            return Space(random) + numbers[0] + Space(random);
        }

        var text = new StringBuilder(Space(random)).Append('[');
        int size = numbers.Length / (int)shape[0];
        for (int i = 0; i < shape[0]; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(Nest(numbers.Slice(i * size, size), shape[1..], random));
        }

        return text.Append(']').Append(Space(random)).ToString().TrimEnd();
    }

    private static string Space(Random random) => Spaces[random.Next(Spaces.Length)];
}
