using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Cli.Hosting;

namespace DurableMl.Cli.Diagnosis;

/// <summary>Asks an app how it is: whether it answers, knows the key, reaches its storage, and is of this version and time.</summary>
/// <param name="http">A client for it, with the key.</param>
/// <param name="time">This machine's clock.</param>
internal sealed class AppChecks(HttpClient http, TimeProvider time)
{
    // Signed URLs and tokens hold from the signer's now on.
    private static readonly TimeSpan NoticedSkew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MostSkew = TimeSpan.FromMinutes(5);

    /// <summary>Asks.</summary>
    public async Task<IReadOnlyList<Check>> RunAsync(CancellationToken cancellationToken)
    {
        (HttpResponseMessage? live, string? problem) = await AskAsync("v2/health/live", cancellationToken);
        if (live is not { IsSuccessStatusCode: true })
        {
            return [Check.Failed("app", problem ?? $"{http.BaseAddress} answers {(int)live!.StatusCode}, as no app of this kind does", "Start it (./durableml up), or give its address with --server.")];
        }

        return [Check.Ok("app", $"{http.BaseAddress} answers"), Clock(live), await ReadyAsync(cancellationToken), .. await KeyAsync(cancellationToken)];
    }

    private Check Clock(HttpResponseMessage response)
    {
        const string Name = "clock";
        if (response.Headers.Date is not { } there)
        {
            return Check.Warning(Name, "the app does not tell its time", "None.");
        }

        TimeSpan skew = (there - time.GetUtcNow()).Duration();
        string detail = string.Create(CultureInfo.InvariantCulture, $"{skew.TotalSeconds:0} s apart from the app's");
        const string Fix = "Let both clocks be set by NTP (timedatectl set-ntp true): signed URLs and sign-ins are refused otherwise.";
        return skew > MostSkew ? Check.Failed(Name, detail, Fix) : skew > NoticedSkew ? Check.Warning(Name, detail, Fix) : Check.Ok(Name, detail);
    }

    private async Task<Check> ReadyAsync(CancellationToken cancellationToken)
    {
        (HttpResponseMessage? ready, _) = await AskAsync("v2/health/ready", cancellationToken);
        return ready is { IsSuccessStatusCode: true } ? Check.Ok("models", "those to preload are in memory")
            : Check.Warning("models", "those to preload are not in memory yet", "Wait; if it lasts, the app's log names the model.");
    }

    private async Task<IReadOnlyList<Check>> KeyAsync(CancellationToken cancellationToken)
    {
        (HttpResponseMessage? models, string? problem) = await AskAsync("api/models", cancellationToken);
        bool hasKey = http.DefaultRequestHeaders.Contains(HostKey.Header);
        return models switch
        {
            null => [Check.Failed("app", problem!, "Look at the app's log.")],
            { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } =>
            [
                Check.Failed(
                    "key", hasKey ? "the app does not accept it" : "none was given, and the app asks for one",
                    "Give a function key of this app with --key or DURABLEML_KEY, and --entra where it asks for a sign-in too."),
            ],
            { IsSuccessStatusCode: true } =>
            [
                Check.Ok("key", hasKey ? "accepted" : "the app asks for none"),
                Check.Ok("storage of the app", "it lists its models"),
                await VersionAsync(cancellationToken),
            ],
            _ => [Check.Failed("storage of the app", $"it cannot list its models: {(int)models.StatusCode} {models.StatusCode}", "Check the setting DataStorage and the app's rights to that account; its log says more.")],
        };
    }

    private async Task<Check> VersionAsync(CancellationToken cancellationToken)
    {
        const string Name = "version";
        (HttpResponseMessage? answer, _) = await AskAsync("v2", cancellationToken);
        string? there = answer is { IsSuccessStatusCode: true } ? await ReadVersionAsync(answer, cancellationToken) : null;
        string here = typeof(AppChecks).Assembly.GetName().Version!.ToString(3);
        return there is null ? Check.Warning(Name, "the app does not tell its version", "None.")
            : there == here ? Check.Ok(Name, $"{there}, the command's own")
            : Check.Warning(Name, $"the app is {there}, this command {here}", "Deploy the app anew, or use the command that came with it.");
    }

    private static async Task<string?> ReadVersionAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))?["version"]?.GetValue<string>();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private async Task<(HttpResponseMessage? Response, string? Problem)> AskAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken), null);
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, $"{http.BaseAddress} does not answer ({exception.Message})");
        }
    }
}
