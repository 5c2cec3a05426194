using DurableMl.Local.Functions;
using DurableMl.Local.Functions.Http;
using DurableMl.Local.Functions.Invocation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds a Functions app. Here the built host is the Functions host as well: it listens, polls and runs the functions itself.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly WebApplicationBuilder builder;
    private readonly WorkerApplicationBuilder worker;
    private bool built;

    internal FunctionsApplicationBuilder(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { Args = args, EnvironmentName = FunctionsHostDefaults.EnvironmentName() }
        );
        FunctionsHostDefaults.Configure(builder.Configuration, args);
        FunctionsHostDefaults.Configure(builder.Logging, builder.Configuration);
        worker = FunctionsHostServices.AddWorker(builder.Services);
    }

    /// <inheritdoc/>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)builder).Properties;

    /// <summary>The settings.</summary>
    public ConfigurationManager Configuration => builder.Configuration;

    /// <inheritdoc/>
    public IHostEnvironment Environment => builder.Environment;

    /// <inheritdoc/>
    public ILoggingBuilder Logging => builder.Logging;

    /// <inheritdoc/>
    public IMetricsBuilder Metrics => builder.Metrics;

    /// <inheritdoc cref="IHostApplicationBuilder.Services"/>
    public IServiceCollection Services => builder.Services;

    IConfigurationManager IHostApplicationBuilder.Configuration => builder.Configuration;

    /// <summary>Builds the host.</summary>
    /// <returns>The host.</returns>
    /// <exception cref="InvalidOperationException">It was built already, or the app's functions or settings are not valid.</exception>
    public IHost Build()
    {
        if (built)
        {
            throw new InvalidOperationException("Build can only be called once.");
        }

        built = true;
        FunctionsHostServices.AddHost(builder.Services, builder.Configuration);
        HttpServer.Configure(builder.WebHost);
        WebApplication app = builder.Build();
        HttpServer.Configure(app);
        return app;
    }

    /// <inheritdoc/>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory,
        Action<TContainerBuilder>? configure = null
    )
        where TContainerBuilder : notnull => ((IHostApplicationBuilder)builder).ConfigureContainer(factory, configure);

    /// <inheritdoc/>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        worker.Use(middleware);
        return this;
    }
}
