namespace DurableMl.Inference.Registry;

/// <summary>A name is not one that <see cref="ModelNames"/> allows.</summary>
public sealed class InvalidModelNameException : ArgumentException
{
    internal InvalidModelNameException(string kind, string? name, string remedy)
        : base($"{Printable(name)} is not a {kind} name: {remedy}.")
    {
        Kind = kind;
    }

    /// <summary>What the name was meant to name: <c>model</c>, <c>version</c>, <c>alias</c> or <c>file</c>.</summary>
    public string Kind { get; }

    private static string Printable(string? name)
    {
        if (name is null)
        {
            return "Nothing";
        }

        string shown = name.Length > 80 ? name[..80] + "…" : name;
        return "'" + string.Create(shown.Length, shown, static (span, text) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(text[i]) ? '?' : text[i];
            }
        }) + "'";
    }
}
