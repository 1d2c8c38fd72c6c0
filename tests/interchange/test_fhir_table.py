import gzip
import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "resources" / "fhir_r4" / "compile_table.py"


def test_the_committed_table_is_what_the_definitions_compile_to(shared_data):
    spec = importlib.util.spec_from_file_location("compile_table", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    made = script.compile_table(shared_data / "fhir_r4_definitions")
    committed = SCRIPT.with_name("table.json.gz").read_bytes()
    # another zlib may pack the same table differently
    assert gzip.decompress(made) == gzip.decompress(committed)
