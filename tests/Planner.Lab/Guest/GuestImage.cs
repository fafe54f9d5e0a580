using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Planner.Lab;

/// <summary>The guest's first file system: one static program, compiled from <c>guest.c</c> and kept in the cache under the hash of its source.</summary>
public static class GuestImage
{
    /// <summary>Builds the image if this source has none yet; takes about a second.</summary>
    /// <param name="cache">The lab's cache folder.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The file of the image.</returns>
    /// <exception cref="LabException">The compiler is missing or fails.</exception>
    public static async Task<string> BuildAsync(string cache, CancellationToken cancel = default)
    {
        var source = LabPackages.Ingredient("guest.c");
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(source, cancel).ConfigureAwait(false)))[..16];
        var image = Path.Combine(cache, $"guest-{hash}.gz");
        if (File.Exists(image))
        {
            return image;
        }

        var work = Directory.CreateTempSubdirectory("planner-guest-").FullName;
        try
        {
            var program = Path.Combine(work, "init");
            var start = new ProcessStartInfo("gcc", ["-O2", "-Wall", "-static", "-pthread", source, "-o", program, "-lm"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            await Command.RunAsync(start, cancel).ConfigureAwait(false);
            await PackAsync(await File.ReadAllBytesAsync(program, cancel).ConfigureAwait(false), image, cancel).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }

        return image;
    }

    // Two builders at once write files of their own, and the later one takes the place of an equal one.
    private static async Task PackAsync(byte[] program, string image, CancellationToken cancel)
    {
        var temporary = $"{image}.{Guid.NewGuid():N}";
        await using (var file = File.Create(temporary))
        await using (var packed = new GZipStream(file, CompressionLevel.Fastest))
        {
            await packed.WriteAsync(CpioArchive.Of([("init", program)]), cancel).ConfigureAwait(false);
        }

        File.Move(temporary, image, overwrite: true);
    }
}
