using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Hosting;

namespace FunctionsHost.Tests.Middleware;

public sealed record Parcel(string Content);

public sealed class ParcelConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        new(context.TargetType == typeof(Parcel) ? ConversionResult.Success(new Parcel("converted")) : ConversionResult.Unhandled());
}

public sealed class PipelineFunctions(string tag)
{
    [Function("tag")]
    public string Tag([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, FunctionContext context) =>
        $"{tag} {context.Items["item"]}";

    [Function("route")]
    public static string Route(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "route/{number}")] HttpRequest request,
        int number
    ) => $"{number}";

    [Function("parcel")]
    public static string Converted([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, Parcel parcel) => parcel.Content;

    [Function("throws")]
    public static string Throws([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        throw new FormatException("sync");

    [Function("throws-later")]
    public static async Task<string> ThrowsLaterAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
    {
        await Task.Yield();
        throw new FormatException("async");
    }

    [Function("data")]
    public static HttpResponseData Data([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequestData request) =>
        request.CreateResponse(HttpStatusCode.OK);
}

public sealed class TaggingActivator : IFunctionActivator
{
    public object? CreateInstance(Type instanceType, FunctionContext context) =>
        new PipelineFunctions($"made for {context.FunctionDefinition.Name}");
}

public sealed class ItemMiddleware(Recorder recorder) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        context.Items["item"] = "from middleware";
        recorder.Add($"before {context.FunctionDefinition.Name}");
        await next(context);
        recorder.Add($"after {context.FunctionDefinition.Name}");
    }
}

[TestClass]
public sealed class MiddlewareTests
{
    private readonly Recorder recorder = new();

    [TestMethod]
    public async Task Middleware_wraps_the_function_in_the_order_it_was_added()
    {
        await using RunningHost host = await StartAsync(builder =>
        {
            builder.UseMiddleware<ItemMiddleware>();
            builder.UseMiddleware(
                async (context, next) =>
                {
                    recorder.Add("inner");
                    await next();
                }
            );
        });
        Assert.AreEqual("made for tag from middleware", await host.Http.GetStringAsync("/api/tag"));
        CollectionAssert.AreEqual(new[] { "before tag", "inner", "after tag" }, recorder.Entries.ToArray());
    }

    [TestMethod]
    public async Task UseWhen_runs_for_the_chosen_functions_only()
    {
        await using RunningHost host = await StartAsync(builder =>
            builder.UseWhen<ItemMiddleware>(c => c.FunctionDefinition.Name == "parcel")
        );
        await host.Http.GetStringAsync("/api/route/1");
        await host.Http.GetStringAsync("/api/parcel");
        CollectionAssert.AreEqual(new[] { "before parcel", "after parcel" }, recorder.Entries.ToArray());
    }

    [TestMethod]
    public async Task Middleware_reads_and_changes_inputs_and_the_result()
    {
        await using RunningHost host = await StartAsync(builder =>
            builder.UseMiddleware(
                async (context, next) =>
                {
                    InputBindingData<HttpRequest> input = await context.BindInputAsync<HttpRequest>(
                        context.FunctionDefinition.InputBindings["request"]
                    );
                    recorder.Add(input.Value!.Path);
                    await next();
                    context.GetInvocationResult().Value = $"{context.GetInvocationResult<string>().Value} changed";
                }
            )
        );
        Assert.AreEqual("7 changed", await host.Http.GetStringAsync("/api/route/7"));
        Assert.AreEqual(1, recorder.Count("/api/route/7"));
    }

    [TestMethod]
    public async Task Middleware_can_answer_in_the_function_s_place()
    {
        await using RunningHost host = await StartAsync(builder =>
            builder.UseMiddleware(
                async (context, _) =>
                {
                    HttpRequestData? request = await context.GetHttpRequestDataAsync();
                    context.GetInvocationResult().Value = request!.CreateResponse(HttpStatusCode.PaymentRequired);
                }
            )
        );
        using HttpResponseMessage response = await host.Http.GetAsync("/api/tag");
        Assert.AreEqual(HttpStatusCode.PaymentRequired, response.StatusCode);
    }

    [TestMethod]
    public async Task Middleware_sees_the_response_and_the_HTTP_context()
    {
        await using RunningHost host = await StartAsync(builder =>
            builder.UseMiddleware(
                async (context, next) =>
                {
                    await next();
                    context.GetHttpContext()!.Response.Headers["X-Seen"] = "yes";
                    context.GetHttpResponseData()!.StatusCode = HttpStatusCode.Conflict;
                }
            )
        );
        using HttpResponseMessage response = await host.Http.GetAsync("/api/data");
        Assert.AreEqual(HttpStatusCode.Conflict, response.StatusCode);
        Assert.AreEqual("yes", response.Headers.GetValues("X-Seen").Single());
    }

    [TestMethod]
    [DataRow("/api/throws")]
    [DataRow("/api/throws-later")]
    public async Task Middleware_sees_the_exception_as_it_was_thrown(string path)
    {
        await using RunningHost host = await StartAsync(builder =>
            builder.UseMiddleware(
                async (context, next) =>
                {
                    try
                    {
                        await next();
                    }
                    catch (FormatException e)
                    {
                        context.GetInvocationResult().Value = new ObjectResult(e.Message) { StatusCode = 422 };
                    }
                }
            )
        );
        using HttpResponseMessage response = await host.Http.GetAsync(path);
        Assert.AreEqual(HttpStatusCode.UnprocessableEntity, response.StatusCode);
    }

    [TestMethod]
    public async Task A_registered_converter_goes_before_the_host_s_own()
    {
        await using RunningHost host = await StartAsync(_ => { });
        Assert.AreEqual("converted", await host.Http.GetStringAsync("/api/parcel"));
    }

    [TestMethod]
    public async Task A_parameter_that_cannot_be_converted_fails_the_invocation_and_names_it()
    {
        Exception? error = null;
        await using RunningHost host = await StartAsync(builder =>
            builder.UseMiddleware(
                async (_, next) =>
                {
                    try
                    {
                        await next();
                    }
                    catch (Exception e)
                    {
                        error = e;
                        throw;
                    }
                }
            )
        );
        using HttpResponseMessage response = await host.Http.GetAsync("/api/route/seven");
        Assert.AreEqual(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.IsInstanceOfType<FunctionInputConverterException>(error);
        StringAssert.Contains(error.Message, "'route'");
    }

    private Task<RunningHost> StartAsync(Action<IFunctionsWorkerApplicationBuilder> configure) =>
        RunningHost.StartAsync(
            [typeof(PipelineFunctions)],
            [],
            builder =>
            {
                builder.Services.AddSingleton(recorder);
                builder.Services.AddSingleton<IFunctionActivator, TaggingActivator>();
                builder.Services.Configure<WorkerOptions>(o => o.InputConverters.Register<ParcelConverter>());
                configure(builder);
            }
        );
}
