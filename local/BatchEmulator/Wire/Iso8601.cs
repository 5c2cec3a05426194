using System.Globalization;
using System.Xml;

namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>Times and durations as the service writes them.</summary>
internal static class Iso8601
{
    /// <summary>UTC with 100 ns resolution and a Z.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    /// <summary>Such as <c>PT15M</c>.</summary>
    public static string Duration(TimeSpan duration) => XmlConvert.ToString(duration);

    /// <summary>
    /// Reads a duration. What .NET clients send for "no limit" (TimeSpan.MaxValue, which overflows when rounded up elsewhere) is
    /// read as <see cref="TimeSpan.MaxValue"/>.
    /// </summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        try
        {
            duration = XmlConvert.ToTimeSpan(text);
            return true;
        }
        catch (OverflowException)
        {
            duration = TimeSpan.MaxValue;
            return true;
        }
        catch (FormatException)
        {
            duration = default;
            return false;
        }
    }
}
