using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Local.Functions.Http;

/// <summary>Gives an HTTP trigger's parameter the request, as ASP.NET Core's or the worker's type, or its body.</summary>
internal sealed class HttpRequestConverter : IInputConverter
{
    public async ValueTask<ConversionResult> ConvertAsync(ConverterContext context)
    {
        if (context.Source is not HttpContext http)
        {
            return ConversionResult.Unhandled();
        }

        if (context.TargetType == typeof(HttpRequest))
        {
            return ConversionResult.Success(http.Request);
        }

        if (context.TargetType == typeof(HttpContext))
        {
            return ConversionResult.Success(http);
        }

        if (context.TargetType == typeof(HttpRequestData))
        {
            return ConversionResult.Success(await context.FunctionContext.GetHttpRequestDataAsync());
        }

        if (context.TargetType == typeof(string))
        {
            using StreamReader reader = new(http.Request.Body, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, leaveOpen: true);
            return ConversionResult.Success(await reader.ReadToEndAsync(http.RequestAborted));
        }

        return ConversionResult.Success(
            await context.FunctionContext.Serializer().DeserializeAsync(http.Request.Body, context.TargetType, http.RequestAborted)
        );
    }
}
