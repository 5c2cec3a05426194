using DurableMl.Local.Functions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace FunctionsHost.Tests.Support;

/// <summary>A host for a few classes of functions, on a free port, with its files in a folder of its own.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly IHost host;
    private readonly TemporaryFolder? folder;

    private RunningHost(IHost host, TemporaryFolder? folder)
    {
        this.host = host;
        this.folder = folder;
        string address = host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Http = new HttpClient { BaseAddress = new Uri(address) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => host.Services;

    public static Task<RunningHost> StartAsync(Type functions, params (string Name, string Value)[] settings) =>
        StartAsync([functions], settings);

    public static async Task<RunningHost> StartAsync(
        Type[] functions,
        (string Name, string Value)[] settings,
        Action<FunctionsApplicationBuilder>? configure = null,
        TemporaryFolder? stateFolder = null
    )
    {
        TemporaryFolder? own = stateFolder is null ? new TemporaryFolder() : null;
        string path = (stateFolder ?? own!).Path;
        FunctionsApplicationBuilder builder = FunctionsApplication.CreateBuilder(["--port", "0"]);
        builder.ConfigureFunctionsWebApplication();
        builder.Services.AddSingleton(new FunctionTypes(functions));
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["AzureWebJobsScriptRoot"] = path,
                ["Functions:StateFolder"] = path,
                ["DurableTask:SqlitePath"] = Path.Combine(path, "durabletask.db"),
            }
        );
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)));
        configure?.Invoke(builder);
        IHost host = builder.Build();
        try
        {
            await host.StartAsync();
            return new RunningHost(host, own);
        }
        catch
        {
            host.Dispose();
            own?.Dispose();
            throw;
        }
    }

    public Task StopAsync() => host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        folder?.Dispose();
    }
}
