using System.Globalization;
using System.Net;
using System.Text;

namespace DurableMl.Orchestrations.Sweeps.Reports;

/// <summary>A drawing. Whatever comes from users is escaped; colours are classes of the page or attributes, so that the page's style policy holds.</summary>
/// <param name="width">In pixels.</param>
/// <param name="height">In pixels.</param>
internal sealed class Svg(double width, double height)
{
    private readonly StringBuilder content = new();

    /// <summary>Text as it may stand in a page, in element and attribute alike.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A number for people: four digits.</summary>
    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    public void Line(string kind, double x1, double y1, double x2, double y2) =>
        Add($"""<line class="{kind}" x1="{x1:0.#}" y1="{y1:0.#}" x2="{x2:0.#}" y2="{y2:0.#}"/>""");

    public void Rectangle(string kind, double x, double y, double wide, double high, string? colour = null, string? title = null)
    {
        Add($"""<rect class="{kind}" x="{x:0.#}" y="{y:0.#}" width="{Math.Max(wide, 0):0.#}" height="{high:0.#}" """);
        End("rect", colour is null ? "" : $"fill=\"{colour}\"", title);
    }

    public void Dot(double x, double y, double radius, string colour, string title)
    {
        Add($"""<circle class="dot" cx="{x:0.#}" cy="{y:0.#}" r="{radius:0.#}" """);
        End("circle", $"fill=\"{colour}\"", title);
    }

    /// <summary>Straight lines through points.</summary>
    public void Path(string kind, IEnumerable<(double X, double Y)> points, string colour, string title)
    {
        content.Append(CultureInfo.InvariantCulture, $"""<polyline class="{kind}" points="{string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.#},{point.Y:0.#}")))}" """);
        End("polyline", $"stroke=\"{colour}\"", title);
    }

    /// <summary>Text that is cut where it is longer than <paramref name="longest"/>; pointing at it shows the whole.</summary>
    public void Text(string kind, double x, double y, string text, string anchor = "start", int longest = 40)
    {
        Add($"""<text class="{kind}" x="{x:0.#}" y="{y:0.#}" text-anchor="{anchor}">""");
        content.Append(Escape(text.Length > longest ? text[..(longest - 1)] + "…" : text));
        if (text.Length > longest)
        {
            content.Append("<title>").Append(Escape(text)).Append("</title>");
        }

        content.Append("</text>");
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"""<svg role="img" viewBox="0 0 {width:0.#} {height:0.#}" width="{width:0.#}" height="{height:0.#}">""") + content + "</svg>";

    private void Add(FormattableString svg) => content.Append(svg.ToString(CultureInfo.InvariantCulture));

    private void End(string element, string attributes, string? title)
    {
        content.Append(attributes);
        if (title is null)
        {
            content.Append("/>");
            return;
        }

        content.Append("><title>").Append(Escape(title)).Append("</title></").Append(element).Append('>');
    }
}
