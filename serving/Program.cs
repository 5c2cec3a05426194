using DurableMl.Inference;
using DurableMl.Inference.Endpoints;
using DurableMl.Inference.Serving;
using DurableMl.Serving;

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.Services
    .AddServingStorage(builder.Configuration)
    .AddServingAuthentication(builder.Configuration)
    .AddServingTelemetry(builder.Configuration)
    .AddInference()
    .AddSingleton<IHostedService, Drain>()
    .AddGrpc(options => options.MaxReceiveMessageSize = builder.Configuration.GetValue("Inference:MaxRequestBytes", new InferenceOptions().MaxRequestBytes));
builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(60));

WebApplication app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
var endpoints = app.Services.GetRequiredService<InferenceEndpoints>();
foreach (InferenceEndpoint endpoint in endpoints.All)
{
    IEndpointConventionBuilder route = app.MapMethods(endpoint.Route, endpoint.Methods, context => endpoints.AnswerAsync(endpoint.Name, context)).WithName(endpoint.Name);
    _ = endpoint.IsAnonymous ? route.AllowAnonymous() : route.RequireAuthorization();
}

app.MapGrpcService<OpenInferenceService>().RequireAuthorization();
await app.RunAsync();
