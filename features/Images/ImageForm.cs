using System.Globalization;
using System.Text.Json.Serialization;
using SkiaSharp;

namespace DurableMl.Features.Images;

/// <summary>How an image of other proportions becomes one of the wanted size.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImageFit>))]
public enum ImageFit
{
    /// <summary>The middle of the image, as much of it as has the wanted proportions.</summary>
    [JsonStringEnumMemberName("crop")]
    Crop,

    /// <summary>All of the image, its proportions changed.</summary>
    [JsonStringEnumMemberName("stretch")]
    Stretch,
}

/// <summary>The form that all images of a dataset are brought into, before training and at serving alike.</summary>
/// <param name="Channels">1 for grayscale, 3 for red, green and blue.</param>
/// <param name="Height">Pixels, 1 to <see cref="MaxSide"/>.</param>
/// <param name="Width">Pixels, 1 to <see cref="MaxSide"/>.</param>
/// <param name="Fit">What becomes of other proportions.</param>
public sealed record ImageForm(int Channels, int Height, int Width, ImageFit Fit)
{
    /// <summary>The longest side that can be asked for.</summary>
    public const int MaxSide = 1024;

    /// <summary>Bytes of the largest file that is decoded.</summary>
    public const int MaxFileBytes = 32 << 20;

    /// <summary>Pixels of the largest image that is decoded; it takes four bytes for each while it is.</summary>
    public const long MaxPixels = 25_000_000;

    /// <summary>The endings by which image files are found, for messages.</summary>
    public const string Endings = ".jpg, .jpeg, .png, .bmp, .gif and .webp";

    /// <summary>Bytes of one image in this form.</summary>
    [JsonIgnore]
    public int Bytes => Channels * Height * Width;

    /// <summary>Whether a file is an image by its name; what it is, only its content shows.</summary>
    public static bool IsName(string name) =>
        Path.GetExtension(name).ToLowerInvariant() is ".jpg" or ".jpeg" or ".png" or ".bmp" or ".gif" or ".webp";

    /// <summary>
    /// Decodes a JPEG, PNG, BMP, GIF or WebP (its first frame), whichever its content shows, turns it as its EXIF orientation says, and resizes it.
    /// Transparent pixels are laid over black. An image that has the size already keeps its pixels as they are.
    /// </summary>
    /// <param name="file">The encoded image.</param>
    /// <param name="place">What it is, for messages.</param>
    /// <returns>The pixels: channel by channel, row by row.</returns>
    /// <exception cref="ImageFormatException">It is no such image, is damaged or cut short, or is too large.</exception>
    public byte[] Read(ReadOnlySpan<byte> file, string place)
    {
        if (file.Length > MaxFileBytes)
        {
            throw new ImageFormatException(place, Text($"has {file.Length} bytes; an image has at most {MaxFileBytes}"));
        }

        using SKData data = SKData.CreateCopy(file);
        using SKCodec codec = (file.IsEmpty ? null : SKCodec.Create(data))
            ?? throw new ImageFormatException(place, "is not a JPEG, PNG, BMP, GIF or WebP image, or its head is damaged");
        if (codec.EncodedFormat is not (SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif or SKEncodedImageFormat.Webp))
        {
            throw new ImageFormatException(place, $"is {codec.EncodedFormat}; JPEG, PNG, BMP, GIF and WebP are read");
        }

        // Its head says so before any pixel is there: nothing is set aside for an image that only claims to be large.
        if ((long)codec.Info.Width * codec.Info.Height > MaxPixels)
        {
            throw new ImageFormatException(place, Text($"says that it has {codec.Info.Width} x {codec.Info.Height} pixels; at most {MaxPixels} are decoded"));
        }

        using SKBitmap decoded = Decode(codec, place);
        bool isTurned = codec.EncodedOrigin >= SKEncodedOrigin.LeftTop;
        using SKBitmap sized = Resize(decoded, isTurned ? Height : Width, isTurned ? Width : Height);
        return Pixels(sized, codec.EncodedOrigin);
    }

    private static SKBitmap Decode(SKCodec codec, string place)
    {
        // Without a colour space the numbers stay those of the file.
        var bitmap = new SKBitmap(new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        SKCodecResult result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result == SKCodecResult.Success)
        {
            return bitmap;
        }

        bitmap.Dispose();
        throw new ImageFormatException(
            place, result == SKCodecResult.IncompleteInput ? "is cut short, or larger by its head than by its content" : $"is damaged ({result})");
    }

    private SKBitmap Resize(SKBitmap image, int width, int height)
    {
        float left = 0, top = 0, right = image.Width, bottom = image.Height;
        if (Fit == ImageFit.Crop)
        {
            float scale = Math.Min((float)image.Width / width, (float)image.Height / height);
            (left, top) = ((image.Width - (scale * width)) / 2, (image.Height - (scale * height)) / 2);
            (right, bottom) = (image.Width - left, image.Height - top);
        }

        var sized = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        bool isSame = image.Width == width && image.Height == height;
        using var canvas = new SKCanvas(sized);
        using SKImage source = SKImage.FromBitmap(image);
        using var paint = new SKPaint { BlendMode = SKBlendMode.Src };
        canvas.DrawImage(
            source, new SKRect(left, top, right, bottom), new SKRect(0, 0, width, height),
            isSame ? new SKSamplingOptions(SKFilterMode.Nearest) : new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear), paint);
        canvas.Flush();
        return sized;
    }

    private byte[] Pixels(SKBitmap image, SKEncodedOrigin origin)
    {
        ReadOnlySpan<byte> from = image.GetPixelSpan();
        var pixels = new byte[Bytes];
        int plane = Height * Width;
        (int lastX, int lastY) = (image.Width - 1, image.Height - 1);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                (int sourceX, int sourceY) = origin switch
                {
                    SKEncodedOrigin.TopRight => (lastX - x, y),
                    SKEncodedOrigin.BottomRight => (lastX - x, lastY - y),
                    SKEncodedOrigin.BottomLeft => (x, lastY - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, lastY - x),
                    SKEncodedOrigin.RightBottom => (lastX - y, lastY - x),
                    SKEncodedOrigin.LeftBottom => (lastX - y, x),
                    _ => (x, y),
                };
                ReadOnlySpan<byte> pixel = from.Slice((sourceY * image.RowBytes) + (4 * sourceX), 3);
                int at = (y * Width) + x;
                if (Channels == 1)
                {
                    // Luma of ITU-R BT.601; gray stays what it is.
                    pixels[at] = (byte)(((299 * pixel[0]) + (587 * pixel[1]) + (114 * pixel[2]) + 500) / 1000);
                }
                else
                {
                    (pixels[at], pixels[plane + at], pixels[(2 * plane) + at]) = (pixel[0], pixel[1], pixel[2]);
                }
            }
        }

        return pixels;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>An image is not what it should be. Trying again does not help; the message says which one and why.</summary>
public sealed class ImageFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="place">The image.</param>
    /// <param name="reason">What is wrong.</param>
    public ImageFormatException(string place, string reason)
        : base($"{place}: {reason}.")
    {
        Reason = reason;
    }

    /// <summary>What is wrong, without the place.</summary>
    public string Reason { get; }
}
