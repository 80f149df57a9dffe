"""The chat page: what `app_gradio.py` is built of. It maps an `Answer` to what is seen and holds no logic of answering."""
