using DurableMl.Local.Functions.Invocation;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DurableMl.Local.Functions.Http;

/// <summary>Registers HTTP triggers.</summary>
internal static class HttpTriggers
{
    public static void Add(IServiceCollection services)
    {
        services.AddRouting();
        services.AddMvcCore();
        services.TryAddSingleton<HttpTriggerEndpoint>();
        services.AddSingleton<IInputConverter, HttpRequestConverter>();
        services.AddSingleton<FromBodyConverter>();
        services.AddHostedService<PortCheck>();
        services.AddHostedService<StartUpList>();
    }
}
