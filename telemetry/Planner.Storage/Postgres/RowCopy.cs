using Npgsql;
using NpgsqlTypes;

namespace Planner.Storage;

/// <summary>Values of a row on their way into COPY.</summary>
internal static class RowCopy
{
    public static void Write(NpgsqlBinaryImporter copy, object? value)
    {
        switch (value)
        {
            case null:
                copy.WriteNull();
                break;
            case string text:
                Write(copy, text);
                break;
            case long number:
                Write(copy, number);
                break;
            case double number:
                copy.Write(number, NpgsqlDbType.Double);
                break;
            default:
                throw new FormatException($"a value of the type {value.GetType().Name} cannot be");
        }
    }

    public static void Write(NpgsqlBinaryImporter copy, string? text)
    {
        if (text is null)
        {
            copy.WriteNull();
        }
        else
        {
            copy.Write(text, NpgsqlDbType.Text);
        }
    }

    public static void Write(NpgsqlBinaryImporter copy, long? number)
    {
        if (number is { } known)
        {
            copy.Write(known, NpgsqlDbType.Bigint);
        }
        else
        {
            copy.WriteNull();
        }
    }
}
