using System.Net;
using System.Text;
using System.Text.Json;

namespace DurableMl.Cli.Pipelines;

/// <summary>Turns an error response, an RFC 9457 problem or not, into lines for the terminal.</summary>
internal static class ProblemText
{
    private const int MaxRaw = 500;

    /// <summary>The title, the detail and a line for each error.</summary>
    public static string Describe(HttpStatusCode status, string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Describe(status, document.RootElement);
        }
        catch (JsonException)
        {
            return $"The host answered {(int)status} {status}. {body[..Math.Min(body.Length, MaxRaw)]}".TrimEnd();
        }
    }

    private static string Describe(HttpStatusCode status, JsonElement problem)
    {
        // The Open Inference Protocol's errors are { "error": "…" }.
        var text = new StringBuilder(Text(problem, "title") ?? Text(problem, "error") ?? $"The host answered {(int)status} {status}.");
        if (Text(problem, "detail") is { } detail)
        {
            text.Append(text[^1] == '.' ? " " : ": ").Append(detail);
        }

        if (problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array)
        {
            foreach (var error in errors.EnumerateArray())
            {
                text.AppendLine().Append("  ").Append(Text(error, "path")).Append(": ").Append(Text(error, "reason"));
            }
        }

        return text.ToString();
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
