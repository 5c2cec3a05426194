using System.Text.RegularExpressions;

namespace Bicep.Tests.Queries;

/// <summary>What a token is.</summary>
internal enum KqlKind
{
    /// <summary>A name or a word of the language.</summary>
    Word,

    /// <summary>A text in quotes; the quotes are left out.</summary>
    Text,

    /// <summary>A number or a span of time, such as <c>15m</c>; or a parameter of the workbook, such as <c>{SpotPrice}</c>.</summary>
    Number,

    /// <summary>Any other sign.</summary>
    Sign,

    /// <summary>The end of the query.</summary>
    End,
}

/// <summary>A token with its place in the text.</summary>
internal readonly record struct KqlToken(KqlKind Kind, string Text, int At);

/// <summary>Cuts a query into tokens.</summary>
internal static partial class KqlLexer
{
    /// <exception cref="FormatException">A character that no token begins with.</exception>
    public static IReadOnlyList<KqlToken> Read(string query)
    {
        var tokens = new List<KqlToken>();
        int at = 0;
        while (at < query.Length)
        {
            Match match = Token().Match(query, at);
            if (!match.Success || match.Index != at)
            {
                throw new FormatException($"'{query[at]}' at {at} begins nothing");
            }

            at += match.Length;
            KqlKind? kind = match switch
            {
                _ when match.Groups["word"].Success => KqlKind.Word,
                _ when match.Groups["text"].Success => KqlKind.Text,
                _ when match.Groups["number"].Success => KqlKind.Number,
                _ when match.Groups["sign"].Success => KqlKind.Sign,
                _ => null,
            };
            if (kind is { } known)
            {
                tokens.Add(new KqlToken(known, known == KqlKind.Text ? match.Value[1..^1] : match.Value, match.Index));
            }
        }

        tokens.Add(new KqlToken(KqlKind.End, "the end", query.Length));
        return tokens;
    }

    [GeneratedRegex("""(?<space>\s+|//[^\n]*)|(?<text>"[^"\n]*"|'[^'\n]*')|(?<number>\d+(\.\d+)?(ms|s|m|h|d)?\b|\{\w+\})|(?<word>!?[A-Za-z_]\w*)|(?<sign>==|!=|<=|>=|=~|[|=<>+\-*/%()\[\],.])""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
