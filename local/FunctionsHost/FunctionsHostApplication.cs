using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Http;
using DurableMl.FunctionsHost.Logging;
using DurableMl.FunctionsHost.Security;
using DurableMl.FunctionsHost.Triggers;
using DurableMl.FunctionsHost.Worker;
using DurableTask.Sqlite.AzureFunctions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.WebJobs;

namespace DurableMl.FunctionsHost;

/// <summary>
/// The host: one process with the WebJobs SDK and its extensions, which starts the app's worker and carries invocations to it. It listens on
/// two ports: a public one for functions, and one on loopback where the worker connects.
/// </summary>
internal sealed partial class FunctionsHostApplication : IAsyncDisposable
{
    private const string Name = "durableml-functions-host";
    private const int DefaultPort = 7071;

    /// <summary>Bodies of requests, unless FUNCTIONS_REQUEST_BODY_SIZE_LIMIT says otherwise: as in Azure.</summary>
    private const long DefaultBodyBytes = 104_857_600;

    private readonly WebApplication _web;
    private readonly FunctionsHostOptions _options;
    private readonly HostState _state;
    private readonly WorkerSupervisor _workers;
    private readonly ILogger _logger;
    private Task<bool> _triggers = Task.FromResult(false);

    private FunctionsHostApplication(WebApplication web, FunctionsHostOptions options, Uri url)
    {
        _web = web;
        _options = options;
        Url = url;
        _state = web.Services.GetRequiredService<HostState>();
        _workers = web.Services.GetRequiredService<WorkerSupervisor>();
        _logger = web.Services.GetRequiredService<ILogger<FunctionsHostApplication>>();
    }

    /// <summary>Where it answers.</summary>
    public Uri Url { get; }

    /// <summary>Its keys.</summary>
    public FunctionKeys Keys => _web.Services.GetRequiredService<FunctionKeys>();

    /// <summary>Reads the app and puts the host together; nothing is started yet.</summary>
    /// <exception cref="AppFileException">A file of the app is wrong.</exception>
    public static FunctionsHostApplication Create(FunctionsHostOptions options)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value ?? ""));
        var app = FunctionApp.Load(options.AppFolder, environment);
        SetEnvironment(app);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = app.Folder, ApplicationName = Name });
        Configure(builder.Configuration, app);
        var hostId = builder.Configuration["AzureFunctionsWebHost:hostid"] ?? HostIdOf(app);
        var stateFolder = Path.GetFullPath(options.StateFolder ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), Name, hostId));
        var port = options.Port ?? app.Settings.Port ?? DefaultPort;
        var host = IPAddress.IsLoopback(options.Address) || options.Address.Equals(IPAddress.Any) ? "localhost" : options.Address.ToString();
        var url = new UriBuilder(Uri.UriSchemeHttp, host, port).Uri;

        UseSqliteByDefault(builder.Configuration, stateFolder);
        HostConsole.Configure(builder.Logging, app.Host);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options, port, builder.Configuration));
        var disabled = HostState.ReadDisabled(app, builder.Configuration);
        var state = new HostState(hostId, disabled, app.Faults);
        builder.Logging.AddProvider(new FunctionFaults(app, state)).AddFilter<FunctionFaults>(category: null, LogLevel.Error);
        var enabled = app.Functions.Where(function => !disabled.Contains(function.Name)).ToList();
        var methods = FunctionMethods.Generate(enabled, state.Faults);
        enabled.RemoveAll(function => state.Faults.ContainsKey(function.Name));

        builder.Services.AddSingleton(app).AddSingleton(options).AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<WorkerLog>().AddSingleton<WorkerSupervisor>();
        builder.Services.AddSingleton(FunctionKeys.Open(stateFolder, options.Authentication));
        builder.Services.AddSingleton(state);
        builder.Services.AddSingleton(provider => new WebHooks(provider.GetRequiredService<FunctionKeys>(), url));
        builder.Services.AddSingleton<HttpInvoker>().AddSingleton<HttpFunctions>().AddSingleton<AdminEndpoints>();
        // An extension adds data protection, which nothing here uses; its keys are not to be written to the user's home.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddRouting().AddHttpForwarder().AddCors();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = null;
            grpc.MaxSendMessageSize = null;
        });
        builder.Services.AddTelemetry(Path.GetFileNameWithoutExtension(app.EntryAssembly));
        builder.Services.AddJobHost(app, enabled, methods, stateFolder, hostId);

        options.ConfigureServices?.Invoke(builder.Services);

        var web = builder.Build();
        var application = new FunctionsHostApplication(web, options, url);
        application.Map(app, enabled, port);
        return application;
    }

    /// <summary>Starts listening and the worker, and begins to start the triggers.</summary>
    /// <exception cref="WorkerUnavailableException">The app cannot be started.</exception>
    /// <exception cref="IOException">The port is in use.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (function, reason) in _state.Faults)
        {
            LogFault(_logger, function, reason);
        }

        ExtensionVersions.Compare(_web.Services.GetRequiredService<FunctionApp>(), _logger);
        await _web.StartAsync(cancellationToken);
        var worker = _workers.StartAsync(WorkerPort());
        // The triggers find their queues and containers while the worker starts; what they bring waits for it.
        _triggers = StartTriggersAsync(cancellationToken);
        await worker.WaitAsync(cancellationToken);
        LogStarted(_logger, Url);
    }

    /// <summary>Runs until it is told to stop.</summary>
    /// <exception cref="WorkerUnavailableException">No worker can be kept running.</exception>
    /// <exception cref="TriggerBrokenException">A trigger broke for good.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        var first = await Task.WhenAny(_workers.Completion, _state.Broken, stopped);
        if (first != stopped)
        {
            await first;
        }
    }

    /// <summary>Begins no new work, lets what runs end within the deadline, and ends the worker.</summary>
    public async Task StopAsync()
    {
        using var deadline = new CancellationTokenSource(_options.DrainTimeout);
        _state.Phase = HostPhase.Stopping;
        // Triggers that are still being started have begun nothing that a new start does not begin again.
        if (_triggers is { IsCompletedSuccessfully: true, Result: true })
        {
            try
            {
                await _web.Services.GetRequiredService<IJobHost>().StopAsync().WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                LogNotDrained(_logger, _options.DrainTimeout.TotalSeconds);
            }
        }

        await _workers.StopAsync(deadline.Token);
        await _web.StopAsync(deadline.Token);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private static void SetEnvironment(FunctionApp app)
    {
        // The durable extension reads it from the environment before there is any configuration: by it, it talks to the worker by gRPC.
        Environment.SetEnvironmentVariable("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated");
        // These make extensions believe that they run in Azure.
        Environment.SetEnvironmentVariable("CONTAINER_NAME", null);
        Environment.SetEnvironmentVariable("WEBSITE_INSTANCE_ID", null);
        if (app.Settings.Values.TryGetValue("FUNCTIONS_WORKER_RUNTIME", out var runtime)
            && !string.Equals(runtime, "dotnet-isolated", StringComparison.OrdinalIgnoreCase))
        {
            throw new AppFileException(
                Path.Combine(app.Folder, "local.settings.json"), $"'FUNCTIONS_WORKER_RUNTIME' is '{runtime}'; this host runs dotnet-isolated apps.");
        }
    }

    private static void Configure(ConfigurationManager configuration, FunctionApp app)
    {
        configuration.AddInMemoryCollection(app.Host.Settings);
        configuration.AddInMemoryCollection(
            app.Settings.Values.Select(value => KeyValuePair.Create(value.Key.Replace("__", ":", StringComparison.Ordinal), (string?)value.Value)));
        configuration.AddEnvironmentVariables();
        configuration.AddInMemoryCollection([KeyValuePair.Create("AzureWebJobsConfigurationSection", (string?)HostJson.Section)]);
    }

    /// <summary>Orchestrations are kept in a SQLite file of the state folder, unless the app names another storage.</summary>
    private static void UseSqliteByDefault(ConfigurationManager configuration, string stateFolder)
    {
        const string type = $"{HostJson.Section}:extensions:durableTask:storageProvider:type";
        configuration[type] ??= SqliteDurabilityProviderFactory.ProviderName;
        configuration["DurableTask:Sqlite:StateFolder"] ??= stateFolder;
    }

    private static void Listen(KestrelServerOptions kestrel, FunctionsHostOptions options, int port, ConfigurationManager configuration)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = configuration.GetValue("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", DefaultBodyBytes);
        if (IPAddress.IsLoopback(options.Address))
        {
            kestrel.ListenLocalhost(port, listen => listen.Protocols = HttpProtocols.Http1);
        }
        else
        {
            kestrel.Listen(options.Address, port, listen => listen.Protocols = HttpProtocols.Http1);
        }

        kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
    }

    /// <summary>A name of at most 32 letters and digits that stays the same for the same app in the same folder.</summary>
    private static string HostIdOf(FunctionApp app)
    {
        var assembly = Path.GetFileNameWithoutExtension(app.EntryAssembly).ToLowerInvariant();
        var name = string.Concat(assembly.Where(char.IsAsciiLetterOrDigit).Take(20));
        return $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(app.Folder)))[..10]}";
    }

    private void Map(FunctionApp app, IReadOnlyList<FunctionDefinition> functions, int port)
    {
        _web.MapWhen(
            context => context.Connection.LocalPort != port,
            worker => worker.UseRouting().UseEndpoints(endpoints => endpoints.MapGrpcService<FunctionRpcService>()));
        _web.UseMiddleware<CallerCheck>();
        if (app.Settings.AllowedOrigins.Count > 0)
        {
            _web.UseCors(cors =>
            {
                cors.WithOrigins([.. app.Settings.AllowedOrigins]).AllowAnyHeader().AllowAnyMethod();
                if (app.Settings.AllowCredentials)
                {
                    cors.AllowCredentials();
                }
            });
        }

        UseCustomHeaders();
        _web.UseRouting();
        _web.Services.GetRequiredService<AdminEndpoints>().Map(_web);
        _web.Services.GetRequiredService<WebHooks>().Map(_web);
        _web.Services.GetRequiredService<HttpFunctions>().Map(_web, functions, _state.Faults);
    }

    /// <summary>The headers that host.json wants in every answer.</summary>
    private void UseCustomHeaders()
    {
        var headers = _web.Configuration.GetSection($"{HostJson.Section}:extensions:http:customHeaders").GetChildren().ToList();
        if (headers.Count > 0)
        {
            _web.Use((context, next) =>
            {
                foreach (var header in headers)
                {
                    context.Response.Headers[header.Key] = header.Value;
                }

                return next(context);
            });
        }
    }

    private int WorkerPort() => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
        .Select(address => BindingAddress.Parse(address))
        .First(address => address.Port != Url.Port).Port;

    /// <summary>Starts the triggers; false if they could not be started.</summary>
    private async Task<bool> StartTriggersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _web.Services.GetRequiredService<IJobHost>().StartAsync(cancellationToken);
            if (_state.Phase == HostPhase.Initializing)
            {
                _state.Phase = HostPhase.Running;
                LogTriggersStarted(_logger);
            }

            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e)
        {
            // HTTP functions work without them; the status says that the rest does not.
            _state.Phase = HostPhase.Error;
            LogTriggers(_logger, e);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The Functions host is up at {Url}")]
    private static partial void LogStarted(ILogger logger, Uri url);

    [LoggerMessage(Level = LogLevel.Information, Message = "All triggers are started.")]
    private static partial void LogTriggersStarted(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "Function '{Function}' is not started: {Reason}")]
    private static partial void LogFault(ILogger logger, string function, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The triggers could not be started; HTTP functions run without them.")]
    private static partial void LogTriggers(ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not everything that triggers had begun ended within {Seconds} s.")]
    private static partial void LogNotDrained(ILogger logger, double seconds);
}
