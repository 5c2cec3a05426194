using DurableMl.Inference;
using DurableMl.Inference.Endpoints;
using DurableMl.Inference.Serving;
using DurableMl.Serving;
using OpenTelemetry;
using OpenTelemetry.Trace;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
// A request changes threads once less, and no empty read precedes one (docs/decisions/052).
builder.WebHost.UseSockets(sockets => (sockets.IOQueueCount, sockets.WaitForDataBeforeAllocatingBuffer) = (0, false));
int maxRequestBytes = builder.Configuration.GetValue("Inference:MaxRequestBytes", new InferenceOptions().MaxRequestBytes);
// Kestrel's own limit is 30 MB. Over HTTP a request is measured where it is read; in gRPC a message has a few bytes before it.
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = maxRequestBytes + 1024L);
bool isProtected = builder.Services.AddServingAuthentication(builder.Configuration);
builder.Services
    .AddDataStorage()
    .AddInference()
    .AddSingleton<IHostedService, Drain>()
    .AddSingleton<OpenInferenceService>()
    .AddGrpc(options => options.MaxReceiveMessageSize = maxRequestBytes);
builder.Services.AddTelemetryExport(builder.Configuration, new TraceIdRatioBasedSampler(builder.Configuration.GetValue("Serving:TraceRatio", 0.01)))
    ?.WithTracing(tracing => tracing.AddAspNetCoreInstrumentation()).WithLogging();
builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(60));

WebApplication app = builder.Build();
if (isProtected)
{
    app.UseAuthentication();
    app.UseAuthorization();
}

var endpoints = app.Services.GetRequiredService<InferenceEndpoints>();
foreach (InferenceEndpoint endpoint in endpoints.All)
{
    IEndpointConventionBuilder route = app.MapMethods(endpoint.Route, endpoint.Methods, context => endpoints.AnswerAsync(endpoint.Name, context)).WithName(endpoint.Name);
    Guard(route, endpoint.IsAnonymous);
}

Guard(app.MapGrpcService<OpenInferenceService>(), isAnonymous: false);
await app.RunAsync();

void Guard(IEndpointConventionBuilder route, bool isAnonymous)
{
    if (isProtected && !isAnonymous)
    {
        route.RequireAuthorization();
    }
}
