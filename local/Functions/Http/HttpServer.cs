using System.Net;
using DurableMl.Local.Functions.Durable;
using DurableMl.Local.Functions.Invocation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DurableMl.Local.Functions.Http;

/// <summary>Kestrel on loopback, and the routes on it.</summary>
internal static class HttpServer
{
    /// <summary>The Functions limit on a request's body.</summary>
    public const long MaxRequestBodySize = 210L * 1024 * 1024;

    public static void Configure(IWebHostBuilder web)
    {
        web.UseKestrel();
        web.UseSockets(sockets =>
        {
            // One hop between threads less for each request, and one system call less for each read (docs/decisions/052).
            sockets.IOQueueCount = 0;
            sockets.WaitForDataBeforeAllocatingBuffer = false;
        });
        web.ConfigureServices(services =>
            services
                .AddOptions<KestrelServerOptions>()
                .Configure<HostSettings>(
                    (kestrel, settings) =>
                    {
                        kestrel.AddServerHeader = false;
                        kestrel.Limits.MaxRequestBodySize = MaxRequestBodySize;
                        if (settings.Port == 0)
                        {
                            kestrel.Listen(IPAddress.Loopback, 0);
                        }
                        else
                        {
                            kestrel.ListenLocalhost(settings.Port);
                        }
                    }
                )
        );
    }

    public static void Configure(IApplicationBuilder app)
    {
        app.UseRouting();
        app.Use(NotFoundForOtherMethods);
        app.UseEndpoints(MapAll);
    }

    private static void MapAll(IEndpointRouteBuilder endpoints)
    {
        IServiceProvider services = endpoints.ServiceProvider;
        HttpTriggerEndpoint trigger = services.GetRequiredService<HttpTriggerEndpoint>();
        foreach (
            (DiscoveredFunction function, HttpTriggerAttribute attribute) in services
                .GetRequiredService<FunctionCatalog>()
                .With<HttpTriggerAttribute>()
        )
        {
            trigger.Map(endpoints, function, attribute);
        }

        AdministrationApi.Map(endpoints);
        if (services.GetService<DurableManagementApi>() is not null)
        {
            DurableManagementApi.Map(endpoints);
        }
    }

    /// <summary>The genuine host knows no 405: a route without the request's method is no route.</summary>
    private static async Task NotFoundForOtherMethods(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.DisplayName == "405 HTTP Method Not Supported")
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await next(context);
    }
}
