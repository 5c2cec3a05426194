using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Cli.Commands;

namespace DurableMl.Cli.Pipelines;

/// <summary>Sends requests to the Functions host and tells what went wrong.</summary>
/// <param name="http">A client whose base address is the host.</param>
internal sealed class ApiConnection(HttpClient http)
{
    /// <summary>Sends a request.</summary>
    /// <exception cref="HostUnreachableException">The host does not answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        return await SendAsync(request, cancellationToken);
    }

    /// <summary>Sends a request that has headers of its own.</summary>
    /// <exception cref="HostUnreachableException">The host does not answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new HostUnreachableException($"The Functions host at {http.BaseAddress} does not answer ({exception.Message}).", exception);
        }
    }

    /// <summary>Sends a document, or none, and reads the one that is answered.</summary>
    /// <exception cref="CliException">It was refused; the message is the host's.</exception>
    /// <exception cref="HostUnreachableException">The host does not answer.</exception>
    public async Task<JsonNode> JsonAsync(HttpMethod method, string path, JsonNode? document, CancellationToken cancellationToken)
    {
        using StringContent? content = document is null ? null : new StringContent(document.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await SendAsync(method, path, content, cancellationToken);
        await ThrowIfRefusedAsync(response, cancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
    }

    /// <summary>Asks what is under way at a path to end; false if nothing is there.</summary>
    /// <exception cref="CliException">It was refused; the message is the host's.</exception>
    public async Task<bool> CancelAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, path, null, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }

        await ThrowIfRefusedAsync(response, cancellationToken);
        return true;
    }

    /// <summary>Lets a success pass.</summary>
    /// <exception cref="CliException">It is none; the message is the host's.</exception>
    public static async Task ThrowIfRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var problem = ProblemText.Describe(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        throw response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? new CliException($"{problem} Give a function key of this app with --key, and --entra where it asks for a sign-in too.") { ExitCode = ExitCodes.NotAllowed }
            : new CliException(problem) { ExitCode = ExitCodes.Failed };
    }
}
