using System.Text;

namespace DurableMl.Local.BatchEmulator.Processes;

/// <summary>Splits a command line the way a node does: quotes are understood, nothing else; no shell runs.</summary>
internal static class CommandLine
{
    /// <summary>The arguments. Single quotes take everything; in double quotes and outside, a backslash takes the next character.</summary>
    /// <exception cref="FormatException">A quote is not closed or nothing is left.</exception>
    public static IReadOnlyList<string> Split(string commandLine)
    {
        var result = new List<string>();
        var current = new StringBuilder();
        var started = false;
        var quote = '\0';
        for (var i = 0; i < commandLine.Length; i++)
        {
            var c = commandLine[i];
            if (quote == '\'' ? c == '\'' : quote == '"' && c == '"')
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '\'' or '"' && quote == '\0')
            {
                quote = c;
                started = true;
            }
            else if (c == '\\' && quote != '\'' && i + 1 < commandLine.Length && (quote == '\0' || commandLine[i + 1] is '"' or '\\' or '$' or '`'))
            {
                current.Append(commandLine[++i]);
                started = true;
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                Take();
            }
            else
            {
                current.Append(c);
                started = true;
            }
        }

        if (quote != '\0')
        {
            throw new FormatException($"The command line has an unclosed {quote} quote.");
        }

        Take();
        return result.Count > 0 ? result : throw new FormatException("The command line is empty.");

        void Take()
        {
            if (started)
            {
                result.Add(current.ToString());
                current.Clear();
                started = false;
            }
        }
    }
}
