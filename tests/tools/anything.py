"""Any JSON at all, made more often of the words that mean something to us (a strategy for hypothesis)."""

from hypothesis import strategies as st

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["text", "system", "GB.7", "447700900123", "1795430400", "1e999"]),
)
KEYS = (
    "id type from from_user_id timestamp context contacts messages statuses errors"
    " metadata user_id wa_id profile name text image interactive system history threads"
    " state_sync contact user_preferences message_echoes status user_id_update value"
    " recipient_type message_template_id event calls edit message"
).split()
#: Any value that JSON can hold.
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text()), inner, max_size=6),
    ),
    max_leaves=25,
)
