using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Extensions.Http.Converters;
using Microsoft.Extensions.Options;

namespace DurableMl.Local.Functions.Http;

/// <summary>Reads a request's body as ASP.NET Core does: JSON with MVC's options, or text.</summary>
internal sealed class FromBodyConverter(IOptions<JsonOptions> options) : IInputConverter
{
    public async ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        if (context.FunctionContext.Features.Get<IFromBodyConversionFeature>() is { } replaced)
        {
            return ConversionResult.Success(await replaced.ConvertAsync(context.FunctionContext, context.TargetType));
        }

        HttpContext http =
            context.FunctionContext.GetHttpContext()
            ?? throw new InvalidOperationException("[FromBody] is for functions that an HTTP request starts.");
        if (context.TargetType == typeof(string))
        {
            using StreamReader reader = new(http.Request.Body, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, leaveOpen: true);
            return ConversionResult.Success(await reader.ReadToEndAsync(http.RequestAborted));
        }

        return ConversionResult.Success(
            await JsonSerializer.DeserializeAsync(
                http.Request.Body,
                context.TargetType,
                options.Value.JsonSerializerOptions,
                http.RequestAborted
            )
        );
    }
}
