using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DurableMl.Local.BatchEmulator.Wire;

/// <summary>
/// A $filter: and, or, not, parentheses, eq ne gt ge lt le, startswith(property, 'text'). Properties of properties are named with a
/// slash. Texts are compared without case, as enum values are written in several cases.
/// </summary>
internal sealed class ODataFilter
{
    private readonly List<string> tokens;
    private readonly string text;
    private readonly string model;
    private readonly Func<JsonObject, bool> predicate;
    private int position;

    private ODataFilter(string text, string model)
    {
        (this.text, this.model) = (text, model);
        tokens = Tokenize(text);
        predicate = Or();
        if (position < tokens.Count)
        {
            throw Invalid($"'{tokens[position]}' was not expected.");
        }
    }

    /// <summary>Reads a filter over resources of the model, as outputs.txt calls it.</summary>
    /// <exception cref="BatchException">It cannot be understood, or names a property that the model does not have.</exception>
    public static ODataFilter Parse(string text, string model) => new(text, model);

    /// <summary>Whether the document passes.</summary>
    public bool Matches(JsonObject document) => predicate(document);

    private Func<JsonObject, bool> Or()
    {
        var left = And();
        while (Take("or"))
        {
            var (a, b) = (left, And());
            left = d => a(d) || b(d);
        }

        return left;
    }

    private Func<JsonObject, bool> And()
    {
        var left = Not();
        while (Take("and"))
        {
            var (a, b) = (left, Not());
            left = d => a(d) && b(d);
        }

        return left;
    }

    private Func<JsonObject, bool> Not()
    {
        if (Take("not"))
        {
            var inner = Not();
            return d => !inner(d);
        }

        if (Take("("))
        {
            var inner = Or();
            Expect(")");
            return inner;
        }

        if (Take("startswith"))
        {
            Expect("(");
            var property = Property();
            Expect(",");
            var prefix = Text(Next());
            Expect(")");
            return d => Value(d, property) is JsonValue v && v.GetValueKind() == JsonValueKind.String
                && v.GetValue<string>().StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
        }

        return Comparison();
    }

    private Func<JsonObject, bool> Comparison()
    {
        var property = Property();
        var op = Next().ToLowerInvariant();
        if (op is not ("eq" or "ne" or "gt" or "ge" or "lt" or "le"))
        {
            throw Invalid($"'{op}' is not an operator.");
        }

        var literal = Next();
        return d =>
        {
            var order = Compare(Value(d, property), literal);
            return op switch
            {
                "eq" => order == 0,
                "ne" => order != 0,
                "gt" => order > 0,
                "ge" => order >= 0,
                "lt" => order < 0,
                _ => order <= 0,
            };
        };
    }

    /// <summary>The order of the value and the literal; null (unlike everything) when the value is absent.</summary>
    private static int? Compare(JsonNode? value, string literal)
    {
        if (string.Equals(literal, "null", StringComparison.OrdinalIgnoreCase))
        {
            return value is null ? 0 : null;
        }

        if (value is not JsonValue scalar)
        {
            return null;
        }

        switch (scalar.GetValueKind())
        {
            case JsonValueKind.Number:
                // By its text: a value made as an integer cannot be got as a double.
                return double.TryParse(literal, CultureInfo.InvariantCulture, out var number)
                    ? double.Parse(scalar.ToJsonString(), CultureInfo.InvariantCulture).CompareTo(number)
                    : null;
            case JsonValueKind.True or JsonValueKind.False:
                return bool.TryParse(literal, out var flag) ? scalar.GetValue<bool>().CompareTo(flag) : null;
        }

        var held = scalar.GetValue<string>();
        var wanted = Text(literal);
        return DateTimeOffset.TryParse(wanted, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && held.Length > 10
            && DateTimeOffset.TryParse(held, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var own)
            ? own.CompareTo(time)
            : string.Compare(held, wanted, StringComparison.OrdinalIgnoreCase);
    }

    private static JsonNode? Value(JsonObject document, string[] path)
    {
        JsonNode? node = document;
        foreach (var name in path)
        {
            // Property names are as lenient about case as the service's.
            node = node is JsonObject json ? json.FirstOrDefault(p => string.Equals(p.Key, name, StringComparison.OrdinalIgnoreCase)).Value : null;
        }

        return node;
    }

    /// <summary>'text' or datetime'text' without the quotes.</summary>
    private static string Text(string literal)
    {
        var quote = literal.IndexOf('\'', StringComparison.Ordinal);
        return quote >= 0 && literal.EndsWith('\'') && quote < literal.Length - 1
            ? literal[(quote + 1)..^1].Replace("''", "'", StringComparison.Ordinal)
            : literal;
    }

    private string[] Property()
    {
        var name = Next();
        if (name.Length == 0 || !(char.IsLetter(name[0]) || name[0] == '_') || name.Contains('\'', StringComparison.Ordinal))
        {
            throw Invalid($"'{name}' is not a property.");
        }

        var path = name.Split('/');
        OutputModels.Check(model, path, "$filter", text);
        return path;
    }

    private bool Take(string token)
    {
        if (position < tokens.Count && string.Equals(tokens[position], token, StringComparison.OrdinalIgnoreCase))
        {
            position++;
            return true;
        }

        return false;
    }

    private void Expect(string token)
    {
        if (!Take(token))
        {
            throw Invalid($"'{token}' was expected.");
        }
    }

    private string Next() => position < tokens.Count ? tokens[position++] : throw Invalid("It ends too early.");

    private BatchException Invalid(string reason) => BatchErrors.InvalidQuery("$filter", text, reason);

    private List<string> Tokenize(string source)
    {
        var result = new List<string>();
        var i = 0;
        while (i < source.Length)
        {
            if (char.IsWhiteSpace(source[i]))
            {
                i++;
                continue;
            }

            var start = i;
            if (source[i] is '(' or ')' or ',')
            {
                i++;
            }
            else
            {
                while (i < source.Length && !char.IsWhiteSpace(source[i]) && source[i] is not ('(' or ')' or ','))
                {
                    if (source[i++] == '\'')
                    {
                        i = EndOfText(source, i);
                    }
                }
            }

            result.Add(source[start..i]);
        }

        return result;
    }

    private int EndOfText(string source, int i)
    {
        while (true)
        {
            i = source.IndexOf('\'', i);
            if (i < 0)
            {
                throw BatchErrors.InvalidQuery("$filter", source, "A text is not closed.");
            }

            i++;
            if (i >= source.Length || source[i] != '\'')
            {
                return i;
            }

            i++;
        }
    }
}
