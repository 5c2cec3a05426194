using System.Globalization;

namespace DurableMl.Inference.Values;

/// <summary>
/// The names of the tensors that carry a value which is no tensor: <c>y[0]</c>, <c>y[1]</c>, … for a sequence, <c>y.keys</c> and
/// <c>y.values</c> for a map or a sequence of maps with the same keys, <c>y[0].keys</c>, <c>y[0].values</c>, … for maps whose keys differ.
/// </summary>
internal static class PartName
{
    public static string Element(string value, int index) => string.Create(CultureInfo.InvariantCulture, $"{value}[{index}]");

    public static string Keys(string value) => value + ".keys";

    public static string Values(string value) => value + ".values";

    /// <summary>Whether a tensor of this name carries <paramref name="value"/> or a part of it.</summary>
    public static bool IsOf(string tensor, string value)
    {
        if (!tensor.StartsWith(value, StringComparison.Ordinal))
        {
            return false;
        }

        ReadOnlySpan<char> part = tensor.AsSpan(value.Length);
        if (part.Length > 0 && part[0] == '[')
        {
            int end = part.IndexOf(']');
            if (!int.TryParse(part[1..Math.Max(1, end)], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                return false;
            }

            part = part[(end + 1)..];
        }

        return part is "" or ".keys" or ".values";
    }
}
