using System.Text.Json;

namespace DurableMl.Cli.Pipelines;

/// <summary>Copies the JSON documents that a server answers, errors among them, to a writer: a line for each that differs from the last.</summary>
/// <param name="output">The writer.</param>
internal sealed class JsonLines(TextWriter output) : DelegatingHandler
{
    private string last = "";

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType is not { } type || !type.EndsWith("json", StringComparison.Ordinal))
        {
            return response;
        }

        await response.Content.LoadIntoBufferAsync(cancellationToken);
        string line = JsonSerializer.Serialize(JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken)));
        if (line != last)
        {
            last = line;
            await output.WriteLineAsync(line);
        }

        return response;
    }
}
