using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Documents;

/// <summary>The text of a model: a line with the format's version and a checksum (SHA-256 of the rest, in hexadecimal), then JSON.</summary>
public static class ColdStartModelText
{
    /// <summary>What kind of model it is, as a store names it, with the format's version.</summary>
    public const string Kind = "planner-cold-start/1";

    /// <summary>What such models are kept under in a store.</summary>
    public const string Name = "cold-start";

    /// <summary>The longest text that is read, in characters: well above a forest of the largest size.</summary>
    public const int MaximumLength = ModelRecord.MaximumBodyLength;

    private const int MaximumTextLength = 2000;

    /// <summary>Writes a model. Every number reads back as the same number.</summary>
    public static string Write(ColdStartModel model)
    {
        var json = JsonSerializer.Serialize(
            new ColdStartDocument
            {
                FeatureNames = BlackoutFeatures.Names,
                Origin = model.Origin,
                Judgement = model.Judgement,
                Least = model.Least,
                Most = model.Most,
                Scores = model.Margin.Scores,
                Forest = model.Forest.ToArrays(),
            },
            ColdStartJsonContext.Default.ColdStartDocument);
        return $"{Kind} {Checksum(json)}\n{json}";
    }

    /// <summary>A model with its judgement as a store keeps it, be it accepted or refused; only an accepted one is ever read for use.</summary>
    public static ModelRecord ToRecord(ColdStartModel model) =>
        new(Name, 0, Kind, model.Judgement.IsAccepted, model.Judgement.Reason, Write(model), model.Origin.CreatedAt);

    /// <summary>Reads a model, and checks all of it.</summary>
    /// <exception cref="ModelFormatException">The text is not a model that this build can use.</exception>
    public static ColdStartModel Read(string text)
    {
        var json = Body(text);
        ColdStartDocument document;
        try
        {
            document = JsonSerializer.Deserialize(json, ColdStartJsonContext.Default.ColdStartDocument)
                ?? throw new ModelFormatException("it is empty");
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new ModelFormatException("it has another shape than this build knows", e);
        }

        if (!document.FeatureNames.SequenceEqual(BlackoutFeatures.Names))
        {
            throw new ModelFormatException("it was trained on other features than this build has");
        }

        if (document.Judgement.Reason.Length > MaximumTextLength || document.Judgement.Comparisons.Any(c => c.Against.Length > MaximumTextLength))
        {
            throw new ModelFormatException($"its judgement is longer than {MaximumTextLength} characters");
        }

        return new ColdStartModel(
            new FlatForest(document.Forest),
            new ConformalMargin(document.Scores),
            document.Least,
            document.Most,
            document.Origin,
            document.Judgement);
    }

    private static string Body(string text)
    {
        if (text.Length > MaximumLength)
        {
            throw new ModelFormatException($"it has {text.Length} characters, and at most {MaximumLength} are read");
        }

        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var header = end < 0 ? [] : text[..end].Split(' ');
        if (header.Length != 2 || header[0] != Kind)
        {
            throw new ModelFormatException($"it does not begin as a model of the format {Kind} does");
        }

        var json = text[(end + 1)..];
        return header[1] == Checksum(json) ? json : throw new ModelFormatException("its checksum does not match");
    }

    private static string Checksum(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
}
