using DurableMl.Local.Functions.Invocation;
using Microsoft.Extensions.Hosting;

namespace DurableMl.Local.Functions.Http;

/// <summary>Prints the functions and their URLs once the host listens, as <c>func start</c> does.</summary>
internal sealed class StartUpList(FunctionCatalog catalog, HostSettings settings, HostAddress address, IHostApplicationLifetime lifetime)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        await Console.Out.WriteLineAsync(Format(address.Value));
    }

    internal string Format(string root)
    {
        List<string> lines = ["", "Functions:", ""];
        foreach ((DiscoveredFunction function, HttpTriggerAttribute trigger) in catalog.With<HttpTriggerAttribute>())
        {
            string methods = trigger.Methods is { Length: > 0 } some
                ? $"[{string.Join(',', some.Select(m => m.ToUpperInvariant()))}] "
                : "";
            lines.Add($"\t{function.Name}: {methods}{root}/{HttpTriggerEndpoint.Pattern(settings, function, trigger)}");
            lines.Add("");
        }

        foreach (DiscoveredFunction function in catalog.Functions.Where(f => f.Trigger is not HttpTriggerAttribute))
        {
            lines.Add($"\t{function.Name}: {function.InputBindings[function.TriggerParameter.Name!].Type}");
            lines.Add("");
        }

        return string.Join(Environment.NewLine, lines);
    }
}
