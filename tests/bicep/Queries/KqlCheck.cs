namespace Bicep.Tests.Queries;

/// <summary>
/// Reads a query and says what in it nobody emits. Microsoft's own parser of the language is not in the package feed, so this reads the part of it
/// that the repository's queries are written in, and refuses the rest: a table, then <c>where</c>, <c>extend</c>, <c>summarize</c>, <c>project</c>,
/// <c>order by</c>, <c>top</c> and <c>take</c>, with the columns that each leaves behind.
/// </summary>
internal sealed class KqlCheck
{
    /// <summary>Functions with the number of arguments that they take.</summary>
    private static readonly Dictionary<string, (int Least, int Most)> Functions = new(StringComparer.Ordinal)
    {
        ["tostring"] = (1, 1), ["todouble"] = (1, 1), ["isnotempty"] = (1, 1), ["isempty"] = (1, 1), ["iff"] = (3, 3), ["round"] = (1, 2), ["bin"] = (2, 2), ["ago"] = (1, 1),
    };

    /// <summary>The same for functions that stand in <c>summarize</c> alone.</summary>
    private static readonly Dictionary<string, (int Least, int Most)> Aggregates = new(StringComparer.Ordinal)
    {
        ["sum"] = (1, 1), ["sumif"] = (2, 2), ["max"] = (1, 1), ["min"] = (1, 1), ["avg"] = (1, 1), ["count"] = (0, 0), ["countif"] = (1, 1), ["dcount"] = (1, 1),
    };

    private static readonly HashSet<string> Comparisons = new(StringComparer.Ordinal) { "==", "!=", "=~", "<", ">", "<=", ">=", "has", "contains", "startswith", "endswith" };

    private readonly Schema schema;
    private readonly IReadOnlyList<KqlToken> tokens;
    private readonly List<string> errors = [];
    private readonly HashSet<string> metrics = new(StringComparer.Ordinal);
    private readonly List<(string Key, int At)> properties = [];
    private string table = "";
    private HashSet<string> columns = [];
    private bool aggregating;
    private int next;

    private KqlCheck(string query, Schema schema) => (this.schema, tokens) = (schema, KqlLexer.Read(query));

    private KqlToken Now => tokens[next];

    /// <summary>What is wrong with the query; nothing if it is right.</summary>
    /// <param name="query">The query.</param>
    /// <param name="schema">What there is to name.</param>
    /// <param name="columns">The columns of its result.</param>
    public static IReadOnlyList<string> Run(string query, Schema schema, out IReadOnlySet<string> columns)
    {
        columns = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            var check = new KqlCheck(query, schema);
            check.Query();
            columns = check.columns;
            return check.errors;
        }
        catch (FormatException e)
        {
            return [e.Message];
        }
    }

    private void Query()
    {
        KqlToken source = Take(KqlKind.Word, "a table");
        table = source.Text;
        if (!Schema.Tables.TryGetValue(table, out IReadOnlyList<string>? known))
        {
            throw new FormatException($"there is no table {table}");
        }

        columns = new HashSet<string>(known, StringComparer.Ordinal);
        while (Now.Kind != KqlKind.End)
        {
            Sign("|");
            Step(Take(KqlKind.Word, "an operator"));
        }

        CheckProperties();
    }

    private void Step(KqlToken name)
    {
        switch (name.Text)
        {
            case "where":
                Expression();
                break;
            case "extend":
                foreach (string column in List(Assigned))
                {
                    columns.Add(column);
                }

                break;
            case "project":
                columns = [.. List(Assigned)];
                break;
            case "summarize":
                Summarize();
                break;
            case "order":
                Keyword("by");
                List(Sorted);
                break;
            case "top":
                Take(KqlKind.Number, "how many");
                Keyword("by");
                Sorted();
                break;
            case "take":
                Take(KqlKind.Number, "how many");
                break;
            default:
                throw new FormatException($"the operator '{name.Text}' is not known here");
        }
    }

    private void Summarize()
    {
        aggregating = true;
        List<string> left = List(Assigned);
        aggregating = false;
        if (Now.Text == "by")
        {
            next++;
            left.AddRange(List(Assigned));
        }

        columns = [.. left];
    }

    private string Sorted()
    {
        Expression();
        if (Now.Text is "asc" or "desc")
        {
            next++;
        }

        return "";
    }

    // `Name = expression`, a column, or a function over a column, which keeps that column's name.
    private string Assigned()
    {
        if (Now.Kind == KqlKind.Word && tokens[next + 1].Text == "=")
        {
            string name = Now.Text;
            next += 2;
            Expression();
            return name;
        }

        int first = next;
        Expression();
        return tokens[first].Text == "bin" ? tokens[first + 2].Text : tokens[first].Text;
    }

    private List<T> List<T>(Func<T> read)
    {
        List<T> list = [read()];
        while (Now.Text == ",")
        {
            next++;
            list.Add(read());
        }

        return list;
    }

    private bool Expression()
    {
        Conjunction();
        while (Now is { Kind: KqlKind.Word, Text: "or" })
        {
            next++;
            Conjunction();
        }

        return true;
    }

    private void Conjunction()
    {
        Comparison();
        while (Now is { Kind: KqlKind.Word, Text: "and" })
        {
            next++;
            Comparison();
        }
    }

    private void Comparison()
    {
        int first = next;
        Sum();
        if (Now.Text is "in" or "!in")
        {
            next++;
            Sign("(");
            int values = next;
            List(Expression);
            Sign(")");
            NoteMetrics(first, values);
        }
        else if (Comparisons.Contains(Now.Text))
        {
            next++;
            int value = next;
            Sum();
            NoteMetrics(first, value);
        }
    }

    // In `Name == "…"` and `Name in ("…")` the texts are metrics.
    private void NoteMetrics(int column, int value)
    {
        for (int i = value; table == "AppMetrics" && tokens[column].Text == "Name" && i < next; i++)
        {
            if (tokens[i].Kind == KqlKind.Text && !schema.Metrics.ContainsKey(tokens[i].Text))
            {
                errors.Add($"no metric is called {tokens[i].Text}");
            }
            else if (tokens[i].Kind == KqlKind.Text)
            {
                metrics.Add(tokens[i].Text);
            }
        }
    }

    private void Sum()
    {
        Product();
        while (Now.Text is "+" or "-")
        {
            next++;
            Product();
        }
    }

    private void Product()
    {
        Value();
        while (Now.Text is "*" or "/" or "%")
        {
            next++;
            Value();
        }
    }

    private void Value()
    {
        KqlToken token = tokens[next++];
        switch (token.Kind)
        {
            case KqlKind.Number or KqlKind.Text:
                break;
            case KqlKind.Sign when token.Text == "(":
                Expression();
                Sign(")");
                break;
            case KqlKind.Word when token.Text is "true" or "false":
                break;
            case KqlKind.Word when Now.Text == "(":
                Call(token);
                break;
            case KqlKind.Word:
                Column(token);
                break;
            default:
                throw new FormatException($"'{token.Text}' at {token.At}: a value is missing");
        }
    }

    private void Call(KqlToken name)
    {
        if (!Functions.TryGetValue(name.Text, out var arguments) && !(aggregating && Aggregates.TryGetValue(name.Text, out arguments)))
        {
            errors.Add($"there is no function {name.Text}{(Aggregates.ContainsKey(name.Text) ? " outside of summarize" : "")}");
            arguments = (0, int.MaxValue);
        }

        Sign("(");
        int given = Now.Text == ")" ? 0 : List(Expression).Count;
        Sign(")");
        if (given < arguments.Least || given > arguments.Most)
        {
            errors.Add($"{name.Text} takes {arguments.Least} to {arguments.Most} arguments, not {given}");
        }
    }

    private void Column(KqlToken name)
    {
        if (!columns.Contains(name.Text))
        {
            errors.Add($"there is no column {name.Text} at {name.At}");
        }

        if (Now.Text == "[")
        {
            next++;
            KqlToken key = Take(KqlKind.Text, "the name of a property");
            properties.Add((key.Text, key.At));
            Sign("]");
        }
    }

    private void CheckProperties()
    {
        foreach ((string key, int at) in properties)
        {
            bool known = table switch
            {
                "AppMetrics" => metrics.Count > 0 && metrics.All(metric => schema.Metrics[metric].Contains(key)),
                "AppTraces" => schema.LogProperties.Contains(key),
                _ => key is DurableMl.Functions.Hosting.RunScope.Run or DurableMl.Functions.Hosting.RunScope.Trial,
            };
            if (!known)
            {
                errors.Add($"nobody sets the property {key} at {at}{(metrics.Count > 0 ? $" of {string.Join(" and ", metrics)}" : "")}");
            }
        }
    }

    private KqlToken Take(KqlKind kind, string what) => Now.Kind == kind ? tokens[next++] : throw new FormatException($"'{Now.Text}' at {Now.At}: {what} is wanted");

    private void Keyword(string word)
    {
        if (Take(KqlKind.Word, word).Text != word)
        {
            throw new FormatException($"'{tokens[next - 1].Text}' at {tokens[next - 1].At}: '{word}' is wanted");
        }
    }

    private void Sign(string sign)
    {
        if (Now.Kind != KqlKind.Sign || Now.Text != sign)
        {
            throw new FormatException($"'{Now.Text}' at {Now.At}: '{sign}' is wanted");
        }

        next++;
    }
}
