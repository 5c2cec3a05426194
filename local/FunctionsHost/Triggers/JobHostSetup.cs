using System.Runtime.ExceptionServices;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Worker;
using DurableTask.Sqlite.AzureFunctions;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Extensions.Timers;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Azure.WebJobs.Host.Config;
using Microsoft.Azure.WebJobs.Host.Executors;
using Microsoft.Azure.WebJobs.Host.Listeners;
using Microsoft.Azure.WebJobs.Host.Timers;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace DurableMl.FunctionsHost.Triggers;

/// <summary>Adds the WebJobs SDK with its genuine extensions, over the app's functions.</summary>
internal static class JobHostSetup
{
    /// <summary>How long a function may go on after it was told that its time is up.</summary>
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    /// <summary>Adds everything that starts functions, but HTTP.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="app">The app.</param>
    /// <param name="functions">The functions that are not disabled and have no fault.</param>
    /// <param name="methods">The class generated for them.</param>
    /// <param name="stateFolder">Where the timers' status is kept.</param>
    /// <param name="hostId">Names this app towards storage.</param>
    public static void AddJobHost(
        this IServiceCollection services,
        FunctionApp app,
        IReadOnlyList<FunctionDefinition> functions,
        Type methods,
        string stateFolder,
        string hostId)
    {
        services.AddSingleton<FunctionInvoker>();
        services.AddSingleton<ITypeLocator>(new OneType(methods));
        services.AddSingleton<IJobActivator>(
            provider => new OneInstance(FunctionMethods.Create(methods, functions, provider.GetRequiredService<FunctionInvoker>())));
        services.AddSingleton<IWebJobsExceptionHandler, ExceptionHandler>();
        services.AddSingleton<IListenerDecorator, TriggerFaults>();

        // One function that cannot be started must not take the others down.
        var webJobs = services.AddWebJobs(options => options.AllowPartialHostStartup = true);
        webJobs.AddBuiltInBindings();
        webJobs.AddExecutionContextBinding(options => options.AppDirectory = app.Folder);
        webJobs.UseHostId(hostId);
        webJobs.AddHttp();
        webJobs.AddAzureStorageBlobs();
        webJobs.AddAzureStorageQueues();
        webJobs.AddTimers();
        webJobs.AddDurableTask();
        services.AddSingleton<IDurabilityProviderFactory, SqliteDurabilityProviderFactory>();
        services.AddSingleton<StorageOutages>();
        services.AddSingleton<BlobScans>();
        services.AddAzureClients(clients => clients.ConfigureDefaults((options, provider) =>
        {
            provider.GetRequiredService<StorageOutages>().Configure(options);
            provider.GetRequiredService<BlobScans>().Configure(options);
        }));
        // AddTimers' own monitor is built for an older storage package.
        services.AddSingleton<ScheduleMonitor>(new TimerStatusFiles(Path.Combine(stateFolder, "timers")));
#pragma warning disable CS0618 // Marked as not ready for general use; it is what the extensions ask for.
        services.Replace(ServiceDescriptor.Singleton<IWebHookProvider>(provider => provider.GetRequiredService<Http.WebHooks>()));
#pragma warning restore CS0618
        services.Configure<JobHostFunctionTimeoutOptions>(options =>
        {
            options.Timeout = app.Host.FunctionTimeout ?? TimeSpan.Zero;
            options.ThrowOnTimeout = true;
            options.GracePeriod = GracePeriod;
        });
    }

    private sealed class OneType(Type type) : ITypeLocator
    {
        public IReadOnlyList<Type> GetTypes() => [type];
    }

    private sealed class OneInstance(FunctionMethods methods) : IJobActivator
    {
        public T CreateInstance<T>() => (T)(object)methods;
    }

    /// <summary>What the SDK does not know what to do with: a function that does not stop, and a listener that broke.</summary>
    private sealed class ExceptionHandler(WorkerSupervisor workers, HostState state, TimeProvider time) : IWebJobsExceptionHandler
    {
        public async Task OnTimeoutExceptionAsync(ExceptionDispatchInfo exceptionInfo, TimeSpan timeoutGracePeriod)
        {
            var error = exceptionInfo.SourceException as FunctionTimeoutException
                ?? exceptionInfo.SourceException.InnerException as FunctionTimeoutException;
            if (error?.Task is { } invocation)
            {
                await Task.WhenAny(invocation, Task.Delay(timeoutGracePeriod, time));
                if (invocation.IsCompleted)
                {
                    return;
                }
            }

            workers.Restart(WorkerSupervisor.OutOfTime(error?.MethodName, error?.Timeout));
        }

        public Task OnUnhandledExceptionAsync(ExceptionDispatchInfo exceptionInfo)
        {
            state.Break(FunctionFaults.Reason(exceptionInfo.SourceException));
            return Task.CompletedTask;
        }
    }
}
